import { TableError } from '../command-errors.js';

/** Byte order marks. UTF-32 begins like UTF-16, so it comes first. */
const MARKS: readonly [encoding: string, mark: Buffer][] = [
  ['utf-32', Buffer.from('fffe0000', 'hex')],
  ['utf-32', Buffer.from('0000feff', 'hex')],
  ['utf-8', Buffer.from('efbbbf', 'hex')],
  ['utf-16le', Buffer.from('fffe', 'hex')],
  ['utf-16be', Buffer.from('feff', 'hex')],
  ['gb18030', Buffer.from('84319533', 'hex')],
];

/** In UTF-16 the upper half of digits, delimiters and row ends is zero: at least in so many of its units. */
const ZERO_SHARE = 0.05;
/** Characters in which Chinese tables abound, surnames included; any other encoding hits on them by chance alone. */
const COMMON_CHINESE = new Set(
  '的一是了我不人在他有这个上们来到时大地为子中你说生国年着就那和要她出也得里后自以会家可下而过天去能对小多然于心学么之都好看起发当没成只如事把还用第样道想作种开' +
    '您请号码手机姓名短信内容验证退订回复先客户订单电话移城市编公司本次已将日期月分元' +
    '王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段' +
    '明伟芳娜敏静丽强磊军洋勇艳杰娟涛超秀霞平刚桂英华玉红海文建北京山东南西广州深圳',
);
const COMMON_SHARE = 0.25;
const ENOUGH_CHINESE = 4;

/** A character of these may be one in UTF-8 by chance, several hardly. */
const MULTI_BYTE = new Set('gbk gb18030 big5 shift_jis euc-jp iso-2022-jp euc-kr utf-16le utf-16be'.split(' '));
const ENOUGH_UTF8 = 4;

/** What the reader should say where it cannot be found out. */
const ASK =
  'say which it is, such as --encoding gb18030, big5 or windows-1252 (--dry-run shows what is read), or save it as "CSV UTF-8"';

/**
 * The encoding of a table by its first bytes: a byte order mark, UTF-16 without one, UTF-8, and GB18030 where what it
 * says is Chinese. Other encodings look like one another: they are asked for, not guessed.
 *
 * @returns a label for `TextDecoder`
 * @throws TableError where it is none of these
 */
export function encodingOf(head: Buffer): string {
  const found = markedEncodingOf(head) ?? utf16Of(head) ?? (decodes(head, 'utf-8') === null ? null : 'utf-8');
  if (found !== null) return found;
  if (isChinese(decodes(head, 'gb18030') ?? '')) return 'gb18030';
  throw new TableError(`It is not UTF-8, and its encoding cannot be told for sure: ${ASK}.`);
}

/**
 * @param wanted what the table was said to be in
 * @throws TableError where the first bytes contradict it: nearly every encoding of one byte a character takes UTF-8 for a text,
 *   and makes nonsense of it
 */
export function assertNotOtherwise(head: Buffer, wanted: string): void {
  const found = markedEncodingOf(head) ?? (isUtf8(head, wanted) ? 'utf-8' : wanted);
  if (found === wanted) return;
  throw new TableError(`It is ${found.toUpperCase()}, not ${wanted.toUpperCase()}: leave out --encoding.`);
}

/** Decodes with an encoding that the table must keep to. */
export async function* decoded(source: AsyncIterable<Buffer>, encoding: string): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  try {
    for await (const bytes of source) yield withoutMarks(decoder.decode(bytes, { stream: true }));
    yield withoutMarks(decoder.decode());
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_ENCODING_INVALID_ENCODED_DATA') throw error;
    throw new TableError(`It is not ${encoding.toUpperCase()} throughout: ${ASK}.`);
  }
}

/** Files that were joined have byte order marks inside, and nobody sees them. */
function withoutMarks(text: string): string {
  return text.includes('\uFEFF') ? text.replaceAll('\uFEFF', '') : text;
}

function markedEncodingOf(head: Buffer): string | null {
  const marked = MARKS.find(([, mark]) => head.subarray(0, mark.length).equals(mark))?.[0];
  if (marked === 'utf-32') throw new TableError('It is UTF-32: save it as "CSV UTF-8".');
  return marked ?? null;
}

/** Whether it can hardly be anything else. */
function isUtf8(head: Buffer, wanted: string): boolean {
  const characters = new Set(decodes(head, 'utf-8')?.match(/[^\p{ASCII}]/gu));
  return characters.size >= (MULTI_BYTE.has(wanted) ? ENOUGH_UTF8 : 1);
}

function utf16Of(head: Buffer): string | null {
  const zeros = [0, 0];
  for (let at = head.indexOf(0); at >= 0; at = head.indexOf(0, at + 1)) zeros[at % 2]!++;
  const [even = 0, odd = 0] = zeros;
  if (Math.max(even, odd) < (head.length / 2) * ZERO_SHARE || Math.min(even, odd) * 10 > Math.max(even, odd))
    return null;
  const encoding = odd > even ? 'utf-16le' : 'utf-16be';
  return /[\r\n,;\t|]/.test(decodes(head, encoding) ?? '') ? encoding : null;
}

function isChinese(text: string): boolean {
  const characters = text.match(/[^\p{ASCII}]/gu) ?? [];
  const common = characters.filter((character) => COMMON_CHINESE.has(character)).length;
  return common >= ENOUGH_CHINESE && common >= characters.length * COMMON_SHARE;
}

/** The text, the last character aside where it is cut off; `null`: it is not of this encoding. */
function decodes(head: Buffer, encoding: string): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(head, { stream: true });
  } catch {
    return null;
  }
}
