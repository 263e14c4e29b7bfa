const DEADLOCKS = new Set(['ER_LOCK_DEADLOCK', '40P01']);
const DEADLOCK_ROUNDS = 10;

/** Rolls a transaction back; nothing of it may ever be sent. */
class RolledBack extends Error {
  code = 'ROLLED_BACK';
}

const INSERT_ORDER = {
  postgres: 'INSERT INTO faults_order (id) VALUES ($1) ON CONFLICT DO NOTHING',
  mariadb: 'INSERT INTO faults_order (id) VALUES (?) ON DUPLICATE KEY UPDATE id = id',
};

/**
 * Makes one call of the service and resolves to what it told its caller, as far as that can be judged: `wrong` where the
 * result is not about the messages given.
 */
export async function makeCall(call, { ims, dataSource, promised }) {
  const { kind, messages } = call;
  switch (kind) {
    case 'send': {
      const sent = await ims.send(messages[0]);
      return { wrong: isAbout([sent], messages) ? undefined : 'send returned another message' };
    }
    case 'sendBatch': {
      const recipients = messages.map(({ mobile, customImsId }) => ({ mobile, customImsId }));
      return batchResult(await ims.sendBatch({ content: messages[0].content, recipients }), messages);
    }
    case 'sendPersonalized':
      return batchResult(await ims.sendPersonalized({ messages }), messages);
    case 'enqueue': {
      const stored = await ims.enqueue(messages);
      return { wrong: isAbout(stored, messages) ? undefined : 'enqueue returned other messages' };
    }
    case 'enqueueStream': {
      const summary = await ims.enqueueStream(messages, { onProgress: ({ stored }) => promised(stored) });
      const { stored } = summary;
      return { wrong: stored === messages.length ? undefined : `enqueueStream stored ${stored} of ${messages.length}` };
    }
    case 'order':
      await untilNoDeadlock(() =>
        dataSource.transaction(async (manager) => {
          await manager.query(INSERT_ORDER[dataSource.options.type], [orderId(call)]);
          await ims.enqueue(messages, { manager });
          if (call.rollsBack) throw new RolledBack();
        }),
      );
      return {};
    default:
      throw new Error(`There is no call ${kind}.`);
  }
}

/** A deadlock ends the host's transaction as a whole, so only the host can make it again; as every host must. */
async function untilNoDeadlock(transaction) {
  for (let round = 1; ; round++) {
    try {
      return await transaction();
    } catch (error) {
      const code = error.driverCode ?? error.driverError?.code;
      if (round === DEADLOCK_ROUNDS || !DEADLOCKS.has(code)) throw error;
    }
  }
}

export function orderId({ origin, number }) {
  return `${origin}-${number}`;
}

const LISTS = ['accepted', 'rejected', 'unconfirmed', 'queued', 'ended', 'conflicts', 'unsent'];

/** `unsent`: how many were neither stored nor sent, so that the caller has to make the call again. */
function batchResult(result, messages) {
  const all = LISTS.flatMap((list) => result[list]);
  const order = new Map(messages.map(({ customImsId }, index) => [customImsId, index]));
  all.sort((one, other) => order.get(one.customImsId) - order.get(other.customImsId));
  return {
    lists: LISTS.map((list) => result[list].length),
    unsent: result.unsent.length,
    wrong: wrongWithBatch(all, result, messages),
  };
}

function wrongWithBatch(all, { ended, conflicts }, messages) {
  if (!isAbout(all, messages)) return 'the lists of the batch are not its messages';
  if (ended.length + conflicts.length > 0) return 'nothing was withdrawn, late or under an id of something else';
  return undefined;
}

function isAbout(results, messages) {
  return (
    results.length === messages.length &&
    results.every(({ customImsId, mobile }, index) => {
      const message = messages[index];
      return customImsId === message.customImsId && mobile === message.mobile;
    })
  );
}
