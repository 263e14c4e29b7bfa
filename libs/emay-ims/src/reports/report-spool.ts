import { mkdir, open, readdir, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { StoredPage } from './report-inbox.js';

/**
 * Pages that came while the database was away: one file each, readable by its owner alone, on the disk (`fsync`) before
 * `write` resolves. They are brought into the database, and removed, as soon as it is back.
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

  async write({ id, body }: StoredPage): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const file = await open(this.pathOf(id), 'wx', 0o600);
    try {
      await file.writeFile(body);
      await file.sync();
    } finally {
      await file.close();
    }
    // A file is only there for good when its folder's entry is.
    const folder = await open(this.folder, 'r');
    await folder.sync().finally(() => folder.close());
  }

  /** The pages of this account, oldest first. */
  async read(): Promise<StoredPage[]> {
    const names = await readdir(this.folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    });
    const ids = names
      .filter((name) => name.startsWith(this.prefix) && name.endsWith('.json'))
      .map((name) => name.slice(this.prefix.length, -'.json'.length))
      .toSorted();
    return Promise.all(ids.map(async (id) => ({ id, body: await readFile(this.pathOf(id), 'utf8') })));
  }

  async remove(id: string): Promise<void> {
    await unlink(this.pathOf(id));
  }

  private pathOf(id: string): string {
    return join(this.folder, `${this.prefix}${id}.json`);
  }
}
