import type { OperatorMessage } from '../api/types.js';
import { Link } from './link.js';
import { StateMark } from './state-mark.js';
import { Code } from './text.js';
import { Time } from './time.js';

/** A message in one line, where a table would be too much. */
export function MessageLine({ message, isSameNumber = false }: { message: OperatorMessage; isSameNumber?: boolean }) {
  return (
    <span class="message-line">
      <StateMark state={message.state} />
      <Link to={['messages', message.customImsId]}>
        <Code>{message.customImsId}</Code>
      </Link>
      {!isSameNumber && <Code>{message.mobile}</Code>}
      <Time at={message.createdAt} />
    </span>
  );
}
