const EQUALS = 0x3d;
const AMPERSAND = 0x26;
const PERCENT = 0x25;
const PLUS = 0x2b;
const BLANK = 0x20;

/** The bytes of a field of `application/x-www-form-urlencoded`, in whatever charset; `null`: it has none of that name. */
export function formField(form: Buffer, name: string): Buffer | null {
  for (let from = 0; from <= form.length;) {
    const next = form.indexOf(AMPERSAND, from);
    const pair = form.subarray(from, next < 0 ? form.length : next);
    const equals = pair.indexOf(EQUALS);
    if (equals >= 0 && decoded(pair.subarray(0, equals)).toString('latin1') === name) {
      return decoded(pair.subarray(equals + 1));
    }
    from = next < 0 ? form.length + 1 : next + 1;
  }
  return null;
}

function decoded(text: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(text.length);
  let length = 0;
  for (let at = 0; at < text.length; at++) {
    const byte = text[at] as number;
    const code = byte === PERCENT ? /^[\da-f]{2}$/i.exec(text.toString('latin1', at + 1, at + 3)) : null;
    if (code) at += 2;
    bytes[length++] = code ? Number.parseInt(code[0], 16) : byte === PLUS ? BLANK : byte;
  }
  return bytes.subarray(0, length);
}
