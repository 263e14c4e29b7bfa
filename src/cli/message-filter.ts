import { Option, type Command } from 'commander';
import {
  IMS_MESSAGE_STATES,
  type EmayImsService,
  type FindImsDto,
  type ImsMessage,
  type ImsMessageState,
} from 'nestjs-emay-ims';

/** Which messages a command is about. */
export interface MessageFilter {
  state?: ImsMessageState[];
  mobile?: string;
  code?: string;
  idPrefix?: string;
  createdFrom?: string;
  createdBefore?: string;
}

const PAGE = 1_000;

/** Gives a command the options of a filter. @param hasState `false`: the command knows the state by itself */
export function filterable(command: Command, { hasState = true } = {}): Command {
  if (hasState) {
    command.addOption(
      new Option('--state <states>', `one or several, comma-separated: ${IMS_MESSAGE_STATES.join(', ')}`).argParser(
        (text) => text.toUpperCase().split(','),
      ),
    );
  }
  return command
    .option('--mobile <number>', 'to this international number, in any writing')
    .option('--code <code>', 'with this code of the gateway or the network, such as ECONNRESET')
    .option('--id-prefix <text>', 'whose customImsId begins with it, letter by letter')
    .option('--created-from <time>', 'stored at or after, with a zone: 2030-01-31T08:00:00+08:00')
    .option('--created-before <time>', 'stored before');
}

/** What `find` understands; it names whatever is wrong. */
export function toQuery({ state, mobile, code, idPrefix, createdFrom, createdBefore }: MessageFilter): FindImsDto {
  // Times come as text from JSON as well, and are read as strictly.
  return { state, mobile, code, customImsIdPrefix: idPrefix, createdFrom, createdBefore } as unknown as FindImsDto;
}

/** Whether the filter leaves anything out. */
export function isFilter(filter: MessageFilter): boolean {
  return Object.values(toQuery(filter)).some((value) => value !== undefined);
}

/** All messages of a filter, newest first, a page at a time: in flat memory, however many there are. */
export async function* pagesOf(ims: EmayImsService, query: FindImsDto): AsyncGenerator<ImsMessage[]> {
  let cursor: string | undefined;
  do {
    const { items, nextCursor } = await ims.find({ ...query, limit: PAGE, cursor });
    yield items;
    cursor = nextCursor ?? undefined;
  } while (cursor !== undefined);
}
