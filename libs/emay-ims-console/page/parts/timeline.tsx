import type { TimelineStep } from '../api/types.js';
import { useWords } from '../words/words.js';
import { useFormat } from './format.js';
import { Link } from './link.js';
import { Code, Text } from './text.js';
import { Time } from './time.js';

const TONES: Partial<Record<TimelineStep['kind'], string>> = {
  'no-answer': 'doubt',
  contradicted: 'doubt',
  late: 'doubt',
  'deadline-passed': 'doubt',
  'given-up': 'doubt',
  'handed-over': 'flight',
  answer: 'flight',
  report: 'delivered',
  waiting: 'waiting',
};

/** What happened, oldest first; each step with what proves it. */
export function Timeline({ steps }: { steps: readonly TimelineStep[] }) {
  const words = useWords();
  const format = useFormat();
  const decisions: Record<string, string> = words.message.decision;
  return (
    <ol class="timeline">
      {steps.map((step, index) => {
        const before = steps.slice(0, index).findLast(({ at }) => at !== null)?.at ?? null;
        const waitedMs =
          step.at !== null && before !== null ? new Date(step.at).getTime() - new Date(before).getTime() : 0;
        return (
          <li key={index} class={`step tone-${TONES[step.kind] ?? 'plain'} step-${step.kind}`}>
            <span class="step-mark" aria-hidden="true" />
            <span class="step-time">
              {step.at !== null && <Time at={step.at} />}
              {step.at === null && step.kind !== 'waiting' && <span class="muted">{words.message.noTime}</span>}
              {waitedMs >= 100 && <small class="muted">{words.message.after(format.duration(waitedMs))}</small>}
            </span>
            <div class="step-body">
              <b>{words.message.step[step.kind] ?? step.kind}</b>
              {step.code !== null && <Code>{step.code}</Code>}
              {step.detail !== null && step.detail !== step.code && (
                <p>
                  <Text>{(step.kind === 'decided' && decisions[step.detail]) || step.detail}</Text>
                </p>
              )}
              {step.by !== undefined && (
                <p>
                  <Text>{step.by}</Text>
                  {step.reason && (
                    <>
                      {': '}
                      <Text>{step.reason}</Text>
                    </>
                  )}
                </p>
              )}
              {step.auditId !== undefined && (
                <p>
                  <Link to={['audit']} query={{ id: step.auditId }}>
                    {words.message.partOfAction}
                  </Link>
                </p>
              )}
              <p class="proof">
                <span class={`proof-source proof-${step.source}`}>
                  <span class="hidden">{words.message.proofLabel}: </span>
                  {words.message.proof[step.source]}
                </span>
                {step.page && (
                  <span>
                    <Text title={step.page.pullId}>
                      {words.message.page(
                        shortened(step.page.pullId),
                        step.page.reports === null ? null : format.number(step.page.reports),
                      )}
                    </Text>
                    {step.page.pulledAt && (
                      <>
                        {', '}
                        <Time at={step.page.pulledAt} />
                      </>
                    )}
                  </span>
                )}
                {step.attempt !== null && (
                  <span>
                    <Text title={step.attempt}>{words.message.attempt(shortened(step.attempt))}</Text>
                  </span>
                )}
              </p>
            </div>
          </li>
        );
      })}
    </ol>
  );
}

/** The end of an ID: its start is a time, the same for many. */
const shortened = (id: string): string => (id.length > 12 ? `…${id.slice(-8)}` : id);
