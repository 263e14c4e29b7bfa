import { useState } from 'preact/hooks';
import { write } from '../api/client.js';
import { me } from '../api/session.js';
import { useStore } from '../api/store.js';
import type { AccountDetails, Me } from '../api/types.js';
import { useResource } from '../api/use-resource.js';
import { AskDialog } from '../parts/ask-dialog.js';
import { AsOf } from '../parts/as-of.js';
import { Facts } from '../parts/facts.js';
import { useFormat } from '../parts/format.js';
import { Loaded } from '../parts/status-parts.js';
import { Code, Text } from '../parts/text.js';
import { Time } from '../parts/time.js';
import { say } from '../parts/toasts.js';
import { useAccount, useRights } from '../parts/use-rights.js';
import { useWords } from '../words/words.js';

const REFRESH_MS = 30_000;

export function AccountPage() {
  const words = useWords();
  const format = useFormat();
  const account = useAccount();
  const may = useRights();
  const current = useStore(me);
  const details = useResource<AccountDetails>('account', { account }, { everyMs: REFRESH_MS });
  const [isAsked, setAsked] = useState(false);
  const said = words.account;
  return (
    <>
      <header class="page-head">
        <h1>{words.nav.account}</h1>
        <Code>{account}</Code>
        <AsOf asOf={null} at={details.at} reload={details.reload} />
      </header>
      <Loaded resource={details} lines={12}>
        {({ options, leases, database, version, figures }) => (
          <div class="columns even">
            <div class="stack">
              <section class="card">
                <h2>{said.database}</h2>
                <Facts
                  facts={[
                    [said.databaseType, <Code>{database.type}</Code>],
                    [said.schema, <Code>{database.schemaVersion}</Code>],
                    [said.version, <Code>{version}</Code>],
                  ]}
                />
                <h2>{said.figures}</h2>
                <Facts
                  facts={[
                    [said.figuresAsOf, figures.asOf === null ? words.countedNow : <Time at={figures.asOf} isFull />],
                  ]}
                />
                {figures.isRebuilding && (
                  <p role="status">
                    {said.rebuilding(figures.rebuiltTo === null ? '…' : format.full(figures.rebuiltTo))}
                  </p>
                )}
                {may('rebuild') && !figures.isRebuilding && (
                  <div class="buttons">
                    <button type="button" onClick={() => setAsked(true)}>
                      {said.rebuild}
                    </button>
                  </div>
                )}
                {current && <You me={current} />}
              </section>
              <section class="card">
                <h2>{said.leases}</h2>
                {leases.length === 0 ? (
                  <p class="muted">{said.noLeases}</p>
                ) : (
                  <div class="scroll">
                    <table class="plain">
                      <caption class="hidden">{said.leases}</caption>
                      <thead>
                        <tr>
                          <th scope="col">{said.lease}</th>
                          <th scope="col">{said.holder}</th>
                          <th scope="col">{said.until}</th>
                        </tr>
                      </thead>
                      <tbody>
                        {leases.map(({ name, holder, until }) => (
                          <tr key={name}>
                            <th scope="row">
                              <Code>{name}</Code>
                            </th>
                            <td>
                              <Code>{holder}</Code>
                            </td>
                            <td>
                              <Time at={until} />
                            </td>
                          </tr>
                        ))}
                      </tbody>
                    </table>
                  </div>
                )}
              </section>
            </div>
            <section class="card">
              <h2>{said.options}</h2>
              <p class="muted">{said.optionsHint}</p>
              <Options options={options} />
            </section>
          </div>
        )}
      </Loaded>
      {isAsked && (
        <AskDialog
          title={said.askRebuild}
          risk={said.rebuildRisk}
          verb={said.rebuild}
          onClose={() => setAsked(false)}
          onYes={async () => {
            await write('rebuild', { account }, {});
            say(said.rebuildStarted);
            details.reload();
          }}
        />
      )}
    </>
  );
}

function You({ me: { actor, actions, numbers, texts } }: { me: Me }) {
  const words = useWords();
  const said = words.account;
  return (
    <>
      <h2>{said.you}</h2>
      <p>
        {actor !== null && (
          <>
            <Text>{actor}</Text> ·{' '}
          </>
        )}
        {said.numbers[numbers]} · {said.texts[texts]}
      </p>
      <p class="muted">
        {actions.length === 0
          ? said.readOnly
          : `${said.mayDo}: ${actions.map((action) => words.right[action] ?? action).join(words.listSeparator)}`}
      </p>
    </>
  );
}

/** Options as paths, such as `dispatch.concurrency`: what is written in the configuration can be searched for here. */
function Options({ options }: { options: AccountDetails['options'] }) {
  const words = useWords();
  return (
    <table class="plain options">
      <caption class="hidden">{words.account.options}</caption>
      <tbody>
        {pathsOf(options).map(([path, value]) => (
          <tr key={path}>
            <th scope="row">
              <Code>{path}</Code>
            </th>
            <td>
              <Code>{value}</Code>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function pathsOf(value: unknown, path = ''): [string, string][] {
  if (value !== null && typeof value === 'object' && !Array.isArray(value))
    return Object.entries(value).flatMap(([name, inner]) => pathsOf(inner, path === '' ? name : `${path}.${name}`));
  return [[path, typeof value === 'string' ? value : (JSON.stringify(value) ?? '–')]];
}
