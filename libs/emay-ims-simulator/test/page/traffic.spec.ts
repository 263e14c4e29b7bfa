import { describe, expect, it } from '@jest/globals';
import { mobiles } from '../../src/testing/gateway-caller.js';
import { describeInChromium, useSimulatorPage } from './simulator-page.js';

describeInChromium("the simulator's page: traffic", (browser) => {
  const current = useSimulatorPage(browser);
  const MOBILE = '0061422118000';

  describe('before the first message', () => {
    it('says how to send one, without a key', async () => {
      const { page, bench } = current();
      const script = await page.locator('#first-message-script').innerText();
      expect(script).toContain("app_id='EUCP-EMY-SMS0-SIMUL' secret_key='YOUR-SECRET-KEY'");
      expect(script).toContain(`curl -s '${bench.simulator.url}/inter/sendSingleIMS'`);
      expect(await page.content()).not.toContain(bench.simulator.accounts[0]!.secretKey);
      for (const text of ['No messages yet.', 'No requests yet.', 'No reports waiting.']) {
        expect(await page.getByText(text).isVisible()).toBe(true);
      }
    });

    it('copies that', async () => {
      const { page } = current();
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
      await current().button('Copy').click();
      await page.getByRole('status').getByText('Copied.').waitFor();
      const copied = await page.evaluate<string>('navigator.clipboard.readText()');
      expect(copied).toBe(await page.locator('#first-message-script').textContent());
    });

    it('folds it away once a message has come', async () => {
      const { page, bench } = current();
      expect(await page.locator('#first-message-script').isVisible()).toBe(true);
      await bench.single(MOBILE);
      await page.locator('#first-message-script').waitFor({ state: 'hidden' });
    });
  });

  describe('a message', () => {
    it('appears by itself, its number masked and its text hidden until asked for', async () => {
      const { page, bench } = current();
      const mobile = '0061422118777';
      const { imsId } = await bench.single(mobile, { customImsId: 'mine', content: 'A secret text' });
      const [row] = await current().rowTexts('message', 1);
      for (const shown of ['006142****777', 'mine', imsId, 'sendSingleIMS']) expect(row).toContain(shown);
      expect(await page.content()).not.toMatch(/0061422118777|A secret text/);

      await page.getByLabel('full numbers').check();
      expect(await page.locator('#message-rows .mobile').innerText()).toBe(mobile);
      expect(await page.locator('#report-rows').innerText()).toContain(mobile);
      await page.getByLabel('texts').check();
      expect(await page.locator('#message-rows .text').innerText()).toBe('A secret text');
      await page.getByLabel('texts').uncheck();
      expect(await page.content()).not.toContain('A secret text');
    });

    it('is counted, with its request and its report', async () => {
      const { page, bench } = current();
      await bench.batch(mobiles(3).map((mobile) => ({ mobile })));
      await current().rowTexts('message', 3);
      const counters = await page.locator('#counters dd').allInnerTexts();
      expect(counters).toEqual(['1', '3', '0', '0', '3', '0']);
    });

    it('shows what is reported: waiting first, then handed out', async () => {
      const { page, bench } = current();
      await bench.single(MOBILE);
      const chip = page.locator('#message-rows .chip');
      await page.getByLabel('waiting: DELIVRD').waitFor();
      bench.simulator.releaseReports();
      await bench.pull();
      await page.getByLabel('handed out: DELIVRD').waitFor();
      expect(await chip.count()).toBe(1);
    });

    it('can be reported with any documented state, and the next pull gets it', async () => {
      const { page, bench } = current();
      const { imsId } = await bench.single(MOBILE, { customImsId: 'mine' });
      const state = page.getByLabel(`State to report for ${imsId}`);
      await state.waitFor();
      expect(await state.locator('option').allInnerTexts()).toEqual([
        'DELIVRD',
        'TIMEOUT',
        'FAIL_BALANCE',
        'FAIL_MOBILE',
        'FAIL_MOBILE_SUPPORT',
        'FAIL_MOBILE_REPEAT',
        'FAIL_BLACK_DICT',
        'FAIL_RESPONSE',
        'FAIL_UNKNOW',
        'other…',
      ]);
      await state.selectOption('FAIL_BLACK_DICT');
      await current().button('Report').click();
      await page.getByText('Reported FAIL_BLACK_DICT for 006142****000').waitFor();
      expect(await bench.pull()).toMatchObject([
        { imsId, customImsId: 'mine', mobile: MOBILE, state: 'FAIL_BLACK_DICT', desc: '黑字典失败' },
      ]);
    });

    it('can be reported with another state, by the keyboard', async () => {
      const { page, bench } = current();
      const { imsId } = await bench.single(MOBILE);
      await page.getByLabel(`State to report for ${imsId}`).selectOption('other…');
      await page.keyboard.type('FAIL_SIGN');
      await page.keyboard.press('Enter');
      await page.getByText('Reported FAIL_SIGN').waitFor();
      expect(await bench.pull()).toMatchObject([{ imsId, state: 'FAIL_SIGN' }]);
    });

    it('that the simulator forgot is refused, and the page says why', async () => {
      const { page, bench, complaints } = current();
      await bench.single(MOBILE);
      await current().rowTexts('message', 1);
      await current().button('Pause').click();
      bench.simulator.reset();
      await current().button('Report').click();
      await page.getByRole('alert').getByText('is remembered; name one').waitFor();
      // The browser itself notes an answer of that kind.
      expect(complaints.splice(0)).toEqual([expect.stringContaining('404')]);
    });
  });

  it('keeps what somebody is doing while the list moves on, even past its end', async () => {
    const { page, bench } = current();
    const { imsId } = await bench.single(MOBILE);
    const state = page.getByLabel(`State to report for ${imsId}`);
    await state.selectOption('other…');
    await page.keyboard.type('HALF');
    await bench.batch(mobiles(60).map((mobile) => ({ mobile })));
    await current().rowTexts('message', 51);
    await page.keyboard.type('-DONE');
    await page.keyboard.press('Enter');
    await page.getByText('Reported HALF-DONE').waitFor();
    expect(await bench.pull()).toMatchObject([{ imsId, state: 'HALF-DONE' }]);

    await page.getByLabel('texts').focus();
    await current().rowTexts('message', 50);
    expect(await state.count()).toBe(0);
  });

  it('lists the requests with what each was answered', async () => {
    const { bench } = current();
    await bench.call('sendSingleIMS', { mobile: MOBILE, content: 'x' });
    await bench.call('sendSingleIMS', { mobile: MOBILE, content: '' });
    bench.simulator.inject({ kind: 'status', status: 503 });
    await bench.call('sendBatchIMS', { content: 'x', imses: mobiles(4).map((mobile) => ({ mobile })) });
    bench.simulator.inject({ kind: 'reset-after' });
    await bench.call('sendSingleIMS', { mobile: MOBILE, content: 'x' }).catch(() => undefined);
    bench.simulator.releaseReports();
    await bench.pull();
    await bench.post('/elsewhere', '');
    const rows = await current().rowTexts('request', 6);
    expect(rows.map((row) => row.split(/\s+/).slice(1).join(' '))).toEqual([
      'POST /elsewhere HTTP 404 ✓',
      'getIMSReport SUCCESS 2 ✓',
      'sendSingleIMS no answer reset-after 1/1 ✗',
      'sendBatchIMS HTTP 503 status 0/4 ✓',
      'sendSingleIMS ERROR_CONTENT_EMPTY 0/1 ✓',
      'sendSingleIMS SUCCESS 1/1 ✓',
    ]);
  });

  it('shows the queue, next due first, and releases it', async () => {
    const { page, bench } = current();
    await bench.single('0061429999002');
    await bench.single(MOBILE);
    expect(await current().rowTexts('report', 2)).toEqual([
      expect.stringMatching(/^in 0\.3 s\s+DELIVRD\s+006142\*\*\*\*000/),
      expect.stringMatching(/^in 2 d\s+TIMEOUT\s+006142\*\*\*\*002/),
    ]);
    bench.now += 3_600_000;
    await page.getByText('in 1 d 23 h').waitFor();
    await current().button('Release all now').click();
    await page.getByText('Reports released: 1.').waitFor();
    expect(await bench.pull()).toHaveLength(2);
    await page.getByText('No reports waiting.').waitFor();
    expect(await current().button('Release all now').isDisabled()).toBe(true);
  });

  it('forgets everything, once confirmed', async () => {
    const { page, bench } = current();
    await bench.single(MOBILE);
    await current().rowTexts('message', 1);
    const dialog = page.getByRole('dialog', { name: 'Reset the simulator?' });

    await current().button('Reset').click();
    await current().button('Cancel', dialog).click();
    await dialog.waitFor({ state: 'hidden' });
    await current().button('Reset').click();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    expect(bench.simulator.accepted()).toHaveLength(1);

    await current().button('Reset').click();
    await current().button('Reset', dialog).click();
    await page.getByText('The simulator was reset.').waitFor();
    expect(bench.simulator.accepted()).toEqual([]);
    await page.getByText('No messages yet.').waitFor();
  });

  it('tells how long the simulator runs', async () => {
    const { page, bench } = current();
    bench.now += 3_725_000;
    await page.getByText('up 1 h 2 min, seed 1').waitFor();
  });
});
