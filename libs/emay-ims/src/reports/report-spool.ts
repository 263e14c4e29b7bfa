import { createHash } from 'node:crypto';
import { access, constants, open, readdir, readFile, rename, stat, unlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { makeFolder } from '../database/make-folder.js';
import { reasonOf } from './page-failures.js';
import type { StoredPage } from './report-batch-store.js';

/** What is written in front of the bytes, as one line of JSON. */
interface Head extends Omit<StoredPage, 'id' | 'body'> {
  /** How many bytes follow: a file that holds another number is none of ours. */
  length: number;
}

const PAGE = '.page';
/** As a former release wrote them: text alone. */
const TEXT = '.json';
const UNFINISHED = '.part';
const ASIDE = '.aside';
const NEWLINE = 0x0a;

/** The spool files of one account on this machine: ids of pages, oldest first. */
export interface SpoolListing {
  /** Those that wait for the database. */
  waiting: string[];
  /** Those that the database refuses, or whose file is not whole. */
  setAside: string[];
  /** Files of this account that another AppId has left: nobody reads them here. */
  ofOtherAppIds: number;
  /** The system's code where the folder cannot be listed, written or made, such as `EACCES`; `null`: it can. */
  failure: string | null;
}

/**
 * Pages that came while the database was away: one file each, readable by its owner alone, brought into the database and removed as
 * soon as it is back.
 *
 * - A page has its name only once all of it is on the disk (`fsync`): a file that was cut short is never read as one. It can be
 *   written again after a full disk.
 * - One that the database refuses for good is set aside, under another name.
 * - Files are those of an account and its AppId: applications that are started in one folder leave each other's alone.
 */
export class ReportSpool {
  /** What files of former releases begin with, which had no AppId in their names. */
  private readonly former: string;
  private readonly prefix: string;

  /** Created when it is first needed, where it would be now: the host may change its working directory. */
  private readonly folder: string;

  constructor(folder: string, account: string, appId: string) {
    this.folder = resolve(folder);
    this.former = `${account}~`;
    this.prefix = `${this.former}${createHash('sha256').update(appId).digest('hex').slice(0, 8)}~`;
  }

  async write({ id, body, ...head }: StoredPage): Promise<void> {
    makeFolder(this.folder);
    const path = join(this.folder, this.prefix + id);
    try {
      await writeSynced(path + UNFINISHED, [
        `${JSON.stringify({ ...head, length: body.length } satisfies Head)}\n`,
        body,
      ]);
    } catch (error) {
      // It takes room on a disk that is full; why it is there, the first failure tells.
      await unlink(path + UNFINISHED).catch(() => undefined);
      throw error;
    }
    await rename(path + UNFINISHED, path + PAGE);
    await this.syncFolder();
  }

  /**
   * Never throws: what cannot be listed must keep nobody from pulling. A folder that is not there is empty, if it can be made. One that can
   * be read but not written gives its files with the failure: the database can still take them.
   */
  async list(): Promise<SpoolListing> {
    const [listed, written] = await Promise.allSettled([this.names(), assertWritable(this.folder)]);
    const names = listed.status === 'fulfilled' ? listed.value : [];
    const [failed] = [listed, written].filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
    return {
      waiting: this.idsIn(names, ''),
      setAside: this.idsIn(names, ASIDE),
      ofOtherAppIds: names.filter((name) => this.isOfAnotherAppId(name)).length,
      failure: failed ? reasonOf(failed.reason) : null,
    };
  }

  private async names(): Promise<string[]> {
    const entries = (await readdir(this.folder, { withFileTypes: true }).catch(unlessMissing)) ?? [];
    // A folder or a pipe is no page, whatever its name.
    return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  }

  /** The page; `null` where its file is not whole: that is no page. Throws the disk's error where it cannot be read. */
  async read(id: string): Promise<StoredPage | null> {
    const [page, formerPage, text] = this.pathsOf(id);
    const file = await readFile(page)
      .catch(unlessMissing)
      .then((found) => found ?? readFile(formerPage).catch(unlessMissing));
    return file === null ? textPage(id, await readFile(text)) : pageIn(file, id);
  }

  async remove(id: string): Promise<void> {
    for (const path of this.pathsOf(id)) {
      await unlink(path).catch(unlessMissing);
      await unlink(path + ASIDE).catch(unlessMissing);
    }
  }

  /** Puts it out of the way. */
  async putAside(id: string): Promise<void> {
    for (const path of this.pathsOf(id)) await this.rename(path, path + ASIDE);
  }

  /** Has it tried again. */
  async takeBack(id: string): Promise<void> {
    for (const path of this.pathsOf(id)) await this.rename(path + ASIDE, path);
  }

  private async rename(from: string, to: string): Promise<void> {
    const isRenamed = await rename(from, to).then(() => true, unlessMissing);
    if (isRenamed) await this.syncFolder();
  }

  /** A file is only there for good when its folder's entry is. */
  private async syncFolder(): Promise<void> {
    const folder = await open(this.folder, 'r');
    await folder.sync().finally(() => folder.close());
  }

  /** Ids of the files whose names end so, whichever release wrote them, in their order. */
  private idsIn(names: readonly string[], end: string): string[] {
    const ours = (prefix: string, type: string) =>
      names
        .filter((name) => name.startsWith(prefix) && name.endsWith(type + end))
        .map((name) => name.slice(prefix.length, -(type + end).length));
    const formers = [...ours(this.former, PAGE), ...ours(this.former, TEXT)];
    return [...ours(this.prefix, PAGE), ...formers.filter((id) => !id.includes('~'))].toSorted();
  }

  private isOfAnotherAppId(name: string): boolean {
    const isOfAccount = name.startsWith(this.former) && name.endsWith(PAGE);
    return isOfAccount && name.slice(this.former.length).includes('~') && !name.startsWith(this.prefix);
  }

  /** Where the file of a page may be: as it is written, and as former releases wrote it. */
  private pathsOf(id: string): [page: string, formerPage: string, text: string] {
    const path = join(this.folder, this.former + id);
    return [join(this.folder, this.prefix + id + PAGE), path + PAGE, path + TEXT];
  }
}

/** Throws the disk's error where files cannot be made in the folder, or the folder itself cannot be made. */
async function assertWritable(folder: string): Promise<void> {
  const found = await stat(folder).catch(unlessMissing);
  if (found === null && dirname(folder) !== folder) return assertWritable(dirname(folder));
  if (found?.isDirectory() === false) throw Object.assign(new Error('Not a folder'), { code: 'ENOTDIR' });
  await access(folder, constants.W_OK | constants.X_OK);
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
