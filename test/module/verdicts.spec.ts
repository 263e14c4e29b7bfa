import { describe, expect, it } from '@jest/globals';
import { ValidationPipe, type Type, type ValidationError } from '@nestjs/common';
import fc from 'fast-check';
import {
  EmayImsService,
  EmayImsValidationError,
  SendImsBatchDto,
  SendImsDto,
  SendPersonalizedImsDto,
} from 'nestjs-emay-ims';
import { readMessages } from '../../libs/emay-ims/src/dto/read-messages.js';
import { PIPE_OPTIONS } from './dto-app.js';

class Refused {
  constructor(readonly errors: ValidationError[]) {}
}
const pipe = new ValidationPipe({ ...PIPE_OPTIONS, exceptionFactory: (errors) => new Refused(errors) });

/** What the DTO class finds wrong; empty if nothing. */
async function errorsOf(dto: Type, body: unknown): Promise<ValidationError[]> {
  try {
    await pipe.transform(body, { type: 'body', metatype: dto });
    return [];
  } catch (error) {
    if (error instanceof Refused) return error.errors;
    throw error;
  }
}

function violationsOf(read: () => unknown): EmayImsValidationError['violations'] {
  try {
    read();
    return [];
  } catch (error) {
    if (error instanceof EmayImsValidationError) return error.violations;
    throw error;
  }
}

const junk = fc.oneof(fc.constantFrom(null, '', 0, -1, 5, 1.5, true, 'x'), fc.string(), fc.jsonValue());
const mostly = <T>(sound: fc.Arbitrary<T>) => fc.oneof({ weight: 6, arbitrary: sound }, { weight: 1, arbitrary: junk });
const time = fc.oneof(
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  fc.constantFrom('2030-01-31T08:00:00+08:00', '2030-01-31T08:00:00', '2030-02-30T00:00:00Z', '2030-01-31', 'foo 1'),
);
const mobile = mostly(
  fc.oneof(
    fc.integer({ min: 0, max: 999 }).map((n) => `+61422118${String(n).padStart(3, '0')}`),
    fc.constantFrom(
      '0061 422 118 000',
      '+44 (0)20 7946 0000',
      '+61',
      '＋６１422118000',
      '422118000',
      '+1',
      ' +61422118000 ',
    ),
  ),
);
const content = mostly(
  fc.oneof(
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.integer({ min: 498, max: 502 }).map((length) => 'x'.repeat(length)),
    fc.constantFrom('Hello', ' ', '\0', '\ud800', '\ufeff', '😀'.repeat(251)),
  ),
);
const customImsId = mostly(
  fc.oneof(fc.constantFrom('a', 'b', 'A', 'x'.repeat(32), 'x'.repeat(33), 'a b', 'é'), fc.uuid()),
);
const scheduling = {
  priority: mostly(fc.integer({ min: -1, max: 10 })),
  sendAt: mostly(time),
  expiresAt: mostly(time),
};
const message = fc.record({ mobile, content, customImsId, ...scheduling }, { requiredKeys: [] });
const recipient = fc.record({ mobile, customImsId }, { requiredKeys: [] });
/** Mostly sound ones, so that the whole list often is. */
const soundish = fc.record(
  { mobile: fc.constant('+61422118000'), content: fc.constant('Hello'), customImsId: fc.constantFrom('a', 'b', 'c') },
  { requiredKeys: ['mobile', 'content'] },
);
/** Sound but for one field, which a whole message of random ones would drown. */
const spoilt = fc
  .tuple(soundish, message, fc.constantFrom('mobile', 'content', 'customImsId', 'priority', 'sendAt', 'expiresAt'))
  .map(([sound, other, key]) => ({ ...sound, [key]: (other as Record<string, unknown>)[key] }));
const throughJson = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
const runs = { numRuns: 2_000 };

describe('readMessages and the DTO classes find the same', () => {
  it('violations in a message', async () => {
    const verdicts = { taken: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(fc.oneof(message, soundish, spoilt), async (given) => {
        const body = throughJson(given) as unknown as SendImsDto;
        const byDto = (await errorsOf(SendImsDto, body)).map(({ property }) => property);
        const byUs = violationsOf(() => readMessages([body], 500)).map(({ property }) => property);
        expect(byUs.toSorted()).toEqual(byDto.toSorted());
        verdicts[byUs.length === 0 ? 'taken' : 'refused']++;
      }),
      runs,
    );
    expect(Math.min(verdicts.taken, verdicts.refused)).toBeGreaterThan(100);
  });

  it('verdict on a list of messages', async () => {
    const verdicts = { taken: 0, refused: 0 };
    const messages = fc.oneof(
      fc.array(fc.oneof({ weight: 9, arbitrary: soundish }, message, junk), { maxLength: 4 }),
      junk,
    );
    await fc.assert(
      fc.asyncProperty(messages, async (given) => {
        const body = throughJson({ messages: given }) as SendPersonalizedImsDto;
        const byDto = (await errorsOf(SendPersonalizedImsDto, body)).length === 0;
        const isListed = Array.isArray(body.messages) && body.messages.length > 0;
        const byUs = isListed && violationsOf(() => readMessages(body.messages, 500)).length === 0;
        expect(byUs).toBe(byDto);
        verdicts[byUs ? 'taken' : 'refused']++;
      }),
      runs,
    );
    expect(Math.min(verdicts.taken, verdicts.refused)).toBeGreaterThan(100);
  });

  it('verdict on a batch', async () => {
    const service = new EmayImsService();
    const verdicts = { taken: 0, refused: 0 };
    const recipients = fc.array(
      fc.oneof(
        { weight: 9, arbitrary: soundish.map(({ mobile: to, customImsId: id }) => ({ mobile: to, customImsId: id })) },
        recipient,
        junk,
      ),
      { maxLength: 4 },
    );
    const batch = fc.record(
      {
        content: fc.oneof({ weight: 4, arbitrary: fc.constant('Hello') }, content),
        recipients: fc.oneof({ weight: 9, arbitrary: recipients }, junk),
        priority: fc.oneof({ weight: 4, arbitrary: fc.constantFrom(0, 9, null) }, scheduling.priority),
        sendAt: fc.oneof({ weight: 4, arbitrary: fc.constant('2030-01-31T08:00:00Z') }, scheduling.sendAt),
        expiresAt: fc.oneof({ weight: 4, arbitrary: fc.constant('2030-01-31T08:00:01Z') }, scheduling.expiresAt),
      },
      { requiredKeys: ['content', 'recipients'] },
    );
    await fc.assert(
      fc.asyncProperty(batch, async (given) => {
        const body = throughJson(given) as SendImsBatchDto;
        // A recipient with keys of its own is the pipe's to refuse (forbidNonWhitelisted).
        fc.pre(!JSON.stringify(await errorsOf(SendImsBatchDto, body)).includes('whitelistValidation'));
        const byDto = (await errorsOf(SendImsBatchDto, body)).length === 0;
        const byUs = violationsOf(() => readMessages(service.expandBatch(body), 500)).length === 0;
        expect(byUs).toBe(byDto);
        verdicts[byUs ? 'taken' : 'refused']++;
      }),
      runs,
    );
    expect(Math.min(verdicts.taken, verdicts.refused)).toBeGreaterThan(100);
  });
});

describe('readMessages', () => {
  const sound = { mobile: '+61422118000', content: 'Hello' };

  it('with skip, takes the ids of those alone that go on', () => {
    const given = [{ ...sound, content: ' ', customImsId: 'left-out' }, { ...sound, customImsId: 'goes-on' }, sound];
    const { messages, givenIds, violations } = readMessages(given, 500, 'skip');
    expect(messages.map(({ customImsId: id }) => id)).toEqual(['goes-on', expect.stringMatching(/^[0-9a-f]{32}$/)]);
    expect([...givenIds]).toEqual(['goes-on']);
    expect(violations).toMatchObject([{ index: 0, property: 'content' }]);
  });

  it('refuses megabytes fast, in every field', () => {
    const big = 'x'.repeat(5_000_000);
    const start = performance.now();
    const given = { mobile: big, content: big, customImsId: big, sendAt: big, expiresAt: big } as unknown as SendImsDto;
    expect(violationsOf(() => readMessages([given], 500))).toHaveLength(5);
    expect(performance.now() - start).toBeLessThan(20_000); // Some 10 ms; were it not linear, minutes.
  });
});
