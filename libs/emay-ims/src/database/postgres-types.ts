/** What is not text in our results, by the OID of its type; a `bigint` stays one. */
const PARSERS: Readonly<Record<number, (text: string) => unknown>> = {
  16: (text) => text === 't', // bool
  17: bytesOfText, // bytea
  21: Number, // int2
  23: Number, // int4
};

/**
 * Options of `pg` that read our results in one way: a host may have set other parsers for its own (`pg.types.setTypeParser`, `types`), by
 * which the bytes of a report batch would come as something else.
 */
export const PLAIN_RESULTS = {
  binary: false,
  types: { getTypeParser: (oid: number) => PARSERS[oid] ?? String },
};

/** In either `bytea_output`. */
function bytesOfText(text: string): Buffer {
  if (text.startsWith(String.raw`\x`)) return Buffer.from(text.slice(2), 'hex');
  const unescaped = text.replaceAll(/\\(\\|[0-7]{3})/g, (_, code: string) =>
    code === '\\' ? code : String.fromCharCode(Number.parseInt(code, 8)),
  );
  return Buffer.from(unescaped, 'latin1');
}
