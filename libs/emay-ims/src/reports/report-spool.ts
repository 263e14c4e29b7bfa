import { open, readdir, readFile, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../database/make-folder.js';
import { reasonOf } from './page-failures.js';
import type { StoredPage } from './report-batch-store.js';

/** What is written in front of the bytes, as one line of JSON. */
interface Head extends Omit<StoredPage, 'id' | 'body'> {
  /** How many bytes follow: a file that holds another number is none of ours. */
  length: number;
}

const PAGE = '.page';
/** As the release before wrote them: text alone. */
const TEXT = '.json';
const ENDS = [PAGE, TEXT] as const;
const UNFINISHED = '.part';
const ASIDE = '.aside';
const ENDS_ASIDE = ENDS.map((end) => end + ASIDE);
const NEWLINE = 0x0a;

/** The spool files of one account on this machine: ids of pages, oldest first. */
export interface SpoolListing {
  /** Those that wait for the database. */
  waiting: string[];
  /** Those that the database refuses, or whose file is not whole. */
  setAside: string[];
  /** The system's code where the folder cannot be listed, such as `EACCES`; `null`: it can. */
  failure: string | null;
}

/**
 * Pages that came while the database was away: one file each, readable by its owner alone, brought into the database and removed as
 * soon as it is back.
 *
 * - A page has its name only once all of it is on the disk (`fsync`): a file that was cut short is never read as one. It can be
 *   written again after a full disk.
 * - One that the database refuses for good is set aside, under another name.
 */
export class ReportSpool {
  private readonly prefix: string;

  constructor(
    /** Created when it is first needed. */
    private readonly folder: string,
    account: string,
  ) {
    this.prefix = `${account}~`;
  }

  async write({ id, body, ...head }: StoredPage): Promise<void> {
    makeFolder(this.folder);
    const unfinished = this.pathOf(id, UNFINISHED);
    try {
      await writeSynced(unfinished, [`${JSON.stringify({ ...head, length: body.length } satisfies Head)}\n`, body]);
    } catch (error) {
      // It takes room on a disk that is full; why it is there, the first failure tells.
      await unlink(unfinished).catch(() => undefined);
      throw error;
    }
    await rename(unfinished, this.pathOf(id, PAGE));
    await this.syncFolder();
  }

  /** Never throws: what cannot be listed must keep nobody from pulling. A folder that is not there is empty. */
  async list(): Promise<SpoolListing> {
    try {
      const entries = (await readdir(this.folder, { withFileTypes: true }).catch(unlessMissing)) ?? [];
      // A folder or a pipe is no page, whatever its name.
      const names = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
      const ours = names.filter((name) => name.startsWith(this.prefix)).map((name) => name.slice(this.prefix.length));
      return { waiting: idsIn(ours, ENDS), setAside: idsIn(ours, ENDS_ASIDE), failure: null };
    } catch (error) {
      return { waiting: [], setAside: [], failure: reasonOf(error) };
    }
  }

  /** The page; `null` where its file is not whole: that is no page. Throws the disk's error where it cannot be read. */
  async read(id: string): Promise<StoredPage | null> {
    const file = await readFile(this.pathOf(id, PAGE)).catch(unlessMissing);
    return file === null ? textPage(id, await readFile(this.pathOf(id, TEXT))) : pageIn(file, id);
  }

  async remove(id: string): Promise<void> {
    for (const end of ENDS) {
      await unlink(this.pathOf(id, end)).catch(unlessMissing);
      await unlink(this.pathOf(id, end + ASIDE)).catch(unlessMissing);
    }
  }

  /** Puts it out of the way. */
  async putAside(id: string): Promise<void> {
    for (const end of ENDS) await this.rename(id, end, end + ASIDE);
  }

  /** Has it tried again. */
  async takeBack(id: string): Promise<void> {
    for (const end of ENDS) await this.rename(id, end + ASIDE, end);
  }

  private async rename(id: string, from: string, to: string): Promise<void> {
    const isRenamed = await rename(this.pathOf(id, from), this.pathOf(id, to)).then(() => true, unlessMissing);
    if (isRenamed) await this.syncFolder();
  }

  /** A file is only there for good when its folder's entry is. */
  private async syncFolder(): Promise<void> {
    const folder = await open(this.folder, 'r');
    await folder.sync().finally(() => folder.close());
  }

  private pathOf(id: string, end: string): string {
    return join(this.folder, `${this.prefix}${id}${end}`);
  }
}

function idsIn(names: readonly string[], ends: readonly string[]): string[] {
  return ends
    .flatMap((end) => names.filter((name) => name.endsWith(end)).map((name) => name.slice(0, -end.length)))
    .toSorted();
}

async function writeSynced(path: string, parts: readonly (string | Buffer)[]): Promise<void> {
  const file = await open(path, 'w', 0o600);
  try {
    for (const part of parts) await file.writeFile(part);
    await file.sync();
  } finally {
    await file.close();
  }
}

function pageIn(file: Buffer, id: string): StoredPage | null {
  const end = file.indexOf(NEWLINE);
  try {
    const { length, ...head } = JSON.parse(file.toString('utf8', 0, Math.max(0, end))) as Head;
    const body = file.subarray(end + 1);
    return body.length === length ? { ...head, id, body } : null;
  } catch {
    return null; // Not what we have written.
  }
}

function textPage(id: string, body: Buffer): StoredPage {
  return { id, body, contentType: null, contentEncoding: null, requested: null, cut: null, progress: 0 };
}

function unlessMissing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}
