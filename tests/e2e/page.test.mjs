// The sample page in a real browser: two pages on two gateways show the same records as they change.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { Suite } from '../support/suite.mjs';

const BROWSER = process.env.CHROMIUM ?? '/usr/bin/chromium';

let suite;
let browser;
before(async () => {
  suite = await Suite.start({ gateways: 2, sessions: 2, pubsubs: 2, logics: 2 });
  browser = await chromium.launch({ executablePath: BROWSER, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
});
after(async () => {
  await browser?.close();
  await suite?.stop();
});

// A page of its own browser profile; problems on it fail the test that opened it.
async function open(t, url) {
  const context = await browser.newContext();
  const page = await context.newPage();
  page.setDefaultTimeout(15000);
  const problems = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  t.after(async () => {
    await context.close();
    assert.deepEqual(problems, []);
  });
  await page.goto(url);
  await page.waitForSelector('#connection[data-state=connected]');
  return page;
}

const card = (page, name) => page.locator('#users > [data-user-id]').filter({ has: page.locator('.name', { hasText: name }) });

test('a record added on one gateway\'s page shows on the other\'s, and so do its changes and its end', async (t) => {
  const [left, right] = [await open(t, suite.urls[0]), await open(t, suite.urls[1])];
  assert.equal(await left.textContent('#gateway'), new URL(suite.urls[0]).host);
  assert.equal(await right.textContent('#gateway'), new URL(suite.urls[1]).host);

  await left.fill('#user-name', 'Grace');
  await left.fill('#user-email', 'grace@example.com');
  await left.click('#add-user button[type=submit]');
  await card(left, 'Grace').waitFor();
  await card(right, 'Grace').waitFor();
  await right.waitForSelector('#events > li[data-verb=created]');

  await card(right, 'Grace').locator('.add-pet input[name=name]').fill('Rex');
  await card(right, 'Grace').locator('.add-pet button[type=submit]').click();
  await card(left, 'Grace').locator('[data-pet-id]', { hasText: 'Rex' }).waitFor();

  await card(right, 'Grace').locator('.rename').click();
  await card(right, 'Grace').locator('.rename-form input[name=name]').fill('Ada');
  await card(right, 'Grace').locator('.rename-form button[type=submit]').click();
  await card(left, 'Ada').waitFor();

  left.on('dialog', (dialog) => dialog.accept());
  await card(left, 'Ada').locator('.delete').click();
  await card(right, 'Ada').waitFor({ state: 'detached' });
  await right.waitForSelector('#events > li[data-verb=destroyed]');
});
