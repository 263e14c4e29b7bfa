/**
 * Takes the pictures of the simulator's page that the documents show, after a build:
 *
 *   npm run build -w emay-ims-simulator && node libs/emay-ims-simulator/test/page/screenshots.mjs
 *
 * Needs Chromium, at CHROMIUM_PATH or /usr/bin/chromium, and a font that knows Chinese. The traffic, its clock and its seed are always the same.
 */
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { REALISTIC_COUNTRIES, startSimulator } from '../../dist/index.js';

const FOLDER = fileURLToPath(new URL('../../docs/images/', import.meta.url));
const ACCOUNTS = [
  { appId: 'EUCP-EMY-SMS0-SIMUL', secretKey: '0123456789ABCDEF' },
  { appId: 'EUCP-EMY-SMS0-SHOPS', secretKey: 'FEDCBA9876543210', allowedIps: ['127.0.0.1', '10.1.*'] },
];
const STARTS = [
  ['0061422118', 'order', 'Your order has been shipped.'],
  ['0065912348', 'code', 'Your code is 481 902.'],
  ['0081901234', 'alert', 'New sign-in to your account.'],
  ['0044771234', 'visit', 'See you tomorrow at 10:30.'],
  ['0060123456', 'order', 'Your order is ready to be collected.'],
];

let now = Date.UTC(2026, 10, 20, 2, 21, 7);
const simulator = await startSimulator({
  port: 8899,
  accounts: ACCOUNTS,
  countries: REALISTIC_COUNTRIES,
  seed: 7,
  now: () => now,
});

try {
  await makeTraffic();
  await takePicture('page', { width: 1280 });
  await takePicture('page-faults', { width: 1280, of: '#faults' });
  await takePicture('page-dark', { width: 1280, colorScheme: 'dark' });
  await takePicture('page-phone', { width: 390, height: 1700, isPhone: true });
  await takePicture('page-zh', { width: 1280, locale: 'zh-CN' });
} finally {
  await simulator.stop();
}

async function makeTraffic() {
  for (let round = 0; round < 14; round++) {
    const [start, id, content] = STARTS[round % STARTS.length];
    const imses = Array.from({ length: 1 + ((round * 5) % 4) }, (_, index) => ({
      mobile: `${start}${String(round * 7 + index).padStart(3, '0')}`,
      customImsId: `${id}-${1040 + round * 4 + index}`,
      content,
    }));
    now += 6_300 + ((round * 977) % 5_000);
    if (round === 5) simulator.inject({ kind: 'status', status: 503 });
    if (round === 9) simulator.inject({ kind: 'reset-after' });
    if (imses.length === 1) await call('sendSingleIMS', imses[0]);
    else await call(round % 2 ? 'sendPersonalityIMS' : 'sendBatchIMS', { content, imses });
    now += 1_100;
    if (round % 3 === 2) await call('getIMSReport', {});
  }
  await call('sendSingleIMS', { mobile: '0061422118000', content: '', customImsId: 'order-1099' });
  now += 2_400;
  await call('sendSingleIMS', { mobile: '0061429999003', content: 'Your code is 481 902.', customImsId: 'code-1100' });
  simulator.inject({ kind: 'drip', intervalMs: 50, on: 'getIMSReport', times: Infinity });
  simulator.inject({ kind: 'reset-after', on: 'sendBatchIMS', chance: 0.05 });
  now += 900;
}

async function call(name, fields) {
  const [{ appId, secretKey }] = ACCOUNTS;
  const timestamp = new Date(now + 8 * 3_600_000).toISOString().replaceAll(/\D/g, '').slice(0, 14);
  const sign = createHash('md5')
    .update(appId + secretKey + timestamp)
    .digest('hex');
  const body = JSON.stringify({ appId, timestamp, sign, ...fields });
  // A fault may well reset the connection: that is part of the picture.
  await fetch(`${simulator.url}/inter/${name}`, { method: 'POST', body })
    .then((response) => response.arrayBuffer())
    .catch(() => undefined);
}

async function takePicture(
  name,
  { width, height = 1150, colorScheme = 'light', locale = 'en-GB', isPhone = false, of },
) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  try {
    const page = await browser.newPage({
      viewport: { width, height },
      colorScheme,
      locale,
      timezoneId: 'Asia/Shanghai',
      isMobile: isPhone,
    });
    await page.goto(simulator.url);
    await page.locator('.fault').first().waitFor();
    await page.locator('#counters div').first().waitFor();
    await (of ? page.locator(of) : page).screenshot({ path: `${FOLDER}${name}.png` });
  } finally {
    await browser.close();
  }
}
