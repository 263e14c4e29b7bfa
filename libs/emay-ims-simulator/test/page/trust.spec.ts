import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { FAULT_KINDS, FAULTS } from '../../src/faults/catalogue.js';
import { describeInChromium, SimulatorPage, useSimulatorPage } from './simulator-page.js';

const HACK = '<img src=x onerror=hacked=1>';

describeInChromium("the simulator's page: what it can be trusted with", (browser) => {
  describe('as it is', () => {
    const current = useSimulatorPage(browser, {
      accounts: [
        { appId: 'EUCP-EMY-SMS0-SIMUL', secretKey: '0123456789ABCDEF' },
        { appId: HACK, secretKey: 'key' },
      ],
    });

    it('shows hostile text as text, wherever it comes from', async () => {
      const { page, bench } = current();
      const imses = [{ mobile: '0061422118000' }, { mobile: HACK, customImsId: HACK }];
      await bench.batch(imses, { content: `${HACK}<script>hacked=2</script>` });
      bench.simulator.pushReport(HACK, { state: HACK, mobile: HACK, imsId: bench.simulator.accepted()[0]!.imsId });
      await bench.post('/elsewhere', '');
      await bench.post(`/${encodeURI(HACK)}`, '', {}, 'DELETE');
      bench.simulator.inject({ kind: 'code', code: HACK, times: 1 });
      await bench.call('getIMSReport');
      bench.simulator.inject({ kind: 'redirect', location: HACK });
      await page.getByLabel('full numbers').check();
      await page.getByLabel('texts').check();
      await page.locator('#scenario-text').fill(JSON.stringify({ steps: [{ kind: HACK }] }));
      await current().button('Start').click();

      const places = ['message-rows', 'report-rows', 'request-rows', 'account-rows', 'scenario-error'];
      for (const place of places) await page.locator(`#${place}`).getByText(HACK).first().waitFor();
      await current().fault('redirect').getByText('hits: 0').waitFor();
      expect(await page.locator('img, main script, iframe, object').count()).toBe(0);
      expect(await page.evaluate('window.hacked')).toBeUndefined();
      // Only what the browser itself notes about the refused scenario.
      expect(current().complaints.splice(0)).toEqual([expect.stringContaining('400')]);
    });

    it('asks nobody but the simulator', async () => {
      const { asked, bench } = current();
      await bench.single('0061422118000');
      await current().rowTexts('message', 1);
      expect(asked.filter((url) => !url.startsWith(`${bench.simulator.url}/`) && !url.startsWith('data:'))).toEqual([]);
      expect(bench.simulator.requests()).toHaveLength(1);
    });

    it('runs no script that is not its own', async () => {
      const { page } = current();
      await page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=hacked=1>')");
      // That the picture is not found comes after the handler was refused: both are expected, and nothing else.
      const isNotFound = () => current().complaints.some((complaint) => complaint.includes('404'));
      await current().settles(async () => (await current().violations()).length > 0 && isNotFound());
      expect(await page.evaluate('window.hacked')).toBeUndefined();
      await page.evaluate('window.violations = []');
      current().complaints.length = 0;
    });
  });

  it('says that the connection is lost, keeps what it shows, and recovers by itself', async () => {
    const opened = await SimulatorPage.open(browser());
    const { page, bench } = opened;
    await bench.single('0061422118000');
    await opened.rowTexts('message', 1);
    const refused = bench.simulator.inject({ kind: 'refuse', forMs: Infinity });
    await page.getByRole('alert').getByText('Connection').waitFor();
    expect(await opened.rows('message').count()).toBe(1);

    await opened.switchOf('gzip').click();
    await page.locator('.switch[aria-busy]').waitFor({ state: 'detached' });
    expect(await opened.isOn('gzip')).toBe(false);

    refused.remove();
    await page.getByText('The simulator answers again.').waitFor();
    expect(await page.locator('#lost').isVisible()).toBe(false);
    await opened.close();
    expect(opened.complaints.filter((text) => !text.includes('net::ERR_'))).toEqual([]);
  });

  describe('for everybody', () => {
    const current = useSimulatorPage(browser);

    it('reaches every switch by the keyboard, and turns it with the space bar', async () => {
      const { page, bench } = current();
      const reached = new Set<string>();
      await page.locator('#clear-faults').evaluate('(node) => node.scrollIntoView()');
      await page.getByLabel('texts').focus();
      for (let presses = 0; presses < 300 && reached.size < FAULT_KINDS.length; presses++) {
        await page.keyboard.press('Tab');
        const kind = await page.evaluate<string | undefined>(
          "document.activeElement.matches('.switch') ? document.activeElement.closest('.fault').dataset.kind : undefined",
        );
        if (kind !== undefined) reached.add(kind);
      }
      expect([...reached].sort()).toEqual([...FAULT_KINDS].sort());

      await current().switchOf('gzip').focus();
      await page.keyboard.press('Space');
      await page.getByText('gzip is on.').waitFor();
      expect(bench.simulator.faults()).toHaveLength(1);
      await page.keyboard.press('Enter');
      await page.getByText('gzip is off.').waitFor();
      expect(bench.simulator.faults()).toEqual([]);
    });

    it('names every control', async () => {
      const { page, bench } = current();
      await bench.single('0061422118000');
      await current().rowTexts('message', 1);
      for (const disclosure of await page.locator('.disclosure').all()) await disclosure.click();
      const nameless = await page.evaluate<string[]>(`
        [...document.querySelectorAll('button, input, select, textarea, summary, [role=region]')]
          .filter((node) => !(node.labels?.[0]?.textContent.trim() || node.getAttribute('aria-label') ||
            document.getElementById(node.getAttribute('aria-labelledby'))?.textContent || node.textContent.trim()))
          .map((node) => node.outerHTML)
      `);
      expect(nameless).toEqual([]);
    });
  });

  describe.each(['light', 'dark'] as const)('in %s colours', (colorScheme) => {
    const current = useSimulatorPage(browser, {}, { colorScheme });

    it('keeps a contrast of at least 4.5 to 1', async () => {
      const { page, bench } = current();
      await bench.batch([{ mobile: '0061422118000' }, { mobile: '0061429999002' }, { mobile: '00x' }]);
      await bench.call('sendSingleIMS', { mobile: '0061422118000', content: '' });
      await current().rowTexts('message', 3);
      await current().switchOf('gzip').click();
      await page.getByText('gzip is on.').waitFor();
      const pale = await page.evaluate<string[]>(`{
        const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
        const behind = (node) => {
          const [r, g, b, a = 1] = rgb(getComputedStyle(node).backgroundColor);
          return a > 0 || !node.parentElement ? [r, g, b] : behind(node.parentElement);
        };
        const light = (colour) => {
          const [r, g, b] = colour.map((part) => part / 255).map((part) => part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
          return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
        };
        const contrast = (node) => {
          const pair = [light(rgb(getComputedStyle(node).color).slice(0, 3)), light(behind(node))].sort();
          return pair[1] / pair[0];
        };
        const isShown = (node) => node.checkVisibility() && !node.matches(':disabled, :disabled *, option') &&
          [...node.childNodes].some(({ nodeType, data }) => nodeType === 3 && data.trim());
        [...document.body.querySelectorAll('*')].filter(isShown).filter((node) => contrast(node) < 4.5)
          .map((node) => node.className + ' ' + node.textContent.slice(0, 40) + ' ' + contrast(node).toFixed(2));
      }`);
      expect(pale).toEqual([]);
    });
  });

  describe.each(['en-GB', 'zh-CN'])('on a narrow screen, in %s', (locale) => {
    it.each([320, 390, 768, 1280])('%i pixels wide: nothing sticks out', async (width) => {
      const opened = await SimulatorPage.open(browser(), {}, { locale, viewport: { width, height: 800 } });
      const { bench, page } = opened;
      await bench.single('0061422118000', { customImsId: 'x'.repeat(32), content: 'y'.repeat(400) });
      bench.simulator.inject({
        kind: 'reset-after',
        on: ['sendSingleIMS', 'sendBatchIMS'],
        chance: 0.5,
        afterMs: 1000,
      });
      await opened.rowTexts('message', 1);
      await page.locator('#texts').check();
      await page.locator('.fault.on').waitFor();
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
      await opened.close();
    });
  });

  describe('its languages', () => {
    const current = useSimulatorPage(browser);
    const title = () => current().page.locator('h1').innerText();

    it('are English and Chinese: chosen by a switch, remembered', async () => {
      const { page, bench } = current();
      await bench.single('0061422118000');
      await current().rowTexts('message', 1);
      expect([await title(), await page.title()]).toEqual(['Emay IMS simulator', 'Emay IMS simulator']);
      await current().button('中文').click();
      expect([await title(), await page.title()]).toEqual(['亿美国际短信网关模拟器', '亿美国际短信网关模拟器']);
      expect(await page.locator('html').getAttribute('lang')).toBe('zh-CN');
      expect(await current().button('上报').count()).toBe(1);
      expect(await current().fault('hang').innerText()).toContain('连接保持打开，没有应答');
      await current().load();
      expect(await title()).toBe('亿美国际短信网关模拟器');
      await current().button('EN').click();
      expect(await title()).toBe('Emay IMS simulator');
      expect(await current().fault('hang').innerText()).toContain('no answer; the connection stays open');
    });

    it.each([
      ['zh-CN', '亿美国际短信网关模拟器'],
      ['zh-TW', '亿美国际短信网关模拟器'],
      ['de-DE', 'Emay IMS simulator'],
    ])('begin with that of the browser: %s', async (locale, expected) => {
      const opened = await SimulatorPage.open(browser(), {}, { locale });
      expect(await opened.page.locator('h1').innerText()).toBe(expected);
      await opened.close();
    });

    it('say the same things', async () => {
      const folder = new URL('../../page/', import.meta.url);
      const words = async (name: string, file: string): Promise<Record<string, string>> => {
        const module = (await import(new URL(file, folder).href)) as Record<string, Record<string, string>>;
        return module[name]!;
      };
      const english = await words('ENGLISH', 'words-en.js');
      const chinese = await words('CHINESE', 'words-zh.js');
      expect(Object.keys(chinese)).toEqual(Object.keys(english));
      const placeholders = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();
      for (const [key, text] of Object.entries(english)) {
        expect([key, placeholders(chinese[key]!)]).toEqual([key, placeholders(text)]);
      }

      const faultWords = await words('FAULT_WORDS_ZH', 'fault-words-zh.js');
      const keys = FAULT_KINDS.flatMap((kind) => [
        `fault.${kind}`,
        ...Object.keys(FAULTS[kind].fields).map((field) => `field.${kind}.${field}`),
      ]);
      expect(Object.keys(faultWords).sort()).toEqual(keys.sort());

      // None is left over.
      const sources = readdirSync(folder)
        .filter((file) => !file.startsWith('words-'))
        .map((file) => readFileSync(new URL(file, folder), 'utf8'))
        .join('\n');
      const isUsed = (key: string) =>
        new RegExp(`['"]${key}['"]|${key.replace(/Counter$/, '')}['"]|${key}:`).test(sources);
      expect(Object.keys(english).filter((key) => !isUsed(key))).toEqual([]);
    });
  });
});
