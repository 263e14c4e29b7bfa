import { open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { placeOf, type Destination } from './destination.js';

/**
 * What is written to a destination. A file comes under a name of its own, `PATH.part`, until it is whole: half a table looks like a table.
 * It is for its owner alone, as it may hold numbers. A pipe or a device is only written to.
 *
 * All methods throw with the code of the file system.
 */
export class PartFile {
  private constructor(
    private readonly file: FileHandle,
    private readonly destination: Destination,
  ) {}

  /** What a run from before has left under this name goes. */
  static async begin(destination: Destination): Promise<PartFile> {
    const place = placeOf(destination);
    if (!destination.isFile) return new PartFile(await open(place, 'w'), destination);
    // Made anew: somebody may be reading one from before to us.
    await rm(place, { force: true });
    return new PartFile(await open(place, 'wx', 0o600), destination);
  }

  append(text: string): Promise<void> {
    return this.file.appendFile(text);
  }

  /** Nothing more comes. @throws with the code TAKEN_BY_ANOTHER_RUN where one has begun the same file since: it has removed this one */
  async end(): Promise<void> {
    if (!this.destination.isFile) return;
    await this.file.sync();
    if (await this.isInPlace()) return;
    throw Object.assign(new Error('Another run has begun the same file'), { code: 'TAKEN_BY_ANOTHER_RUN' });
  }

  /** To be called after `end`. Where it throws, the file is whole, but still under the name of its own. */
  async takeName(): Promise<void> {
    if (this.destination.isFile) await rename(placeOf(this.destination), this.destination.path);
  }

  /** Closes it, and leaves no file under the name of its own. */
  async discard(): Promise<void> {
    if (this.destination.isFile && (await this.isInPlace())) await rm(placeOf(this.destination), { force: true });
    await this.close();
  }

  close(): Promise<void> {
    return this.file.close();
  }

  private async isInPlace(): Promise<boolean> {
    const ours = await this.file.stat({ bigint: true });
    const there = await stat(placeOf(this.destination), { bigint: true }).catch(() => null);
    return there?.ino === ours.ino && there.dev === ours.dev;
  }
}
