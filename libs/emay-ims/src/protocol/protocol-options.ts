/** What the vendor document leaves open about the wire, each with the default that working clients agree on. */
export interface ProtocolOptions {
  /** The gateway's clock as hours and minutes from UTC, `±HH:MM`. The document names no zone. Default `+08:00`. */
  timeZoneOffset: string;
  /** Case of the 32 hex characters of `sign`. Default `lower`. */
  signCase: 'lower' | 'upper';
  /** `percent` percent-encodes `content` inside the JSON (§2, "URLENCODE"); `none` sends it as it is. Default `none`. */
  contentEncoding: 'none' | 'percent';
  /** Longest `content`, in UTF-16 units, before any encoding. Default 500. */
  maxContentLength: number;
}

/** The defaults of the option `protocol`. */
export const DEFAULT_PROTOCOL_OPTIONS: Readonly<ProtocolOptions> = Object.freeze({
  timeZoneOffset: '+08:00',
  signCase: 'lower',
  contentEncoding: 'none',
  maxContentLength: 500,
});
