// Waits with a bound for something that another process does; the condition says when, never a sleep.
import { setTimeout as pause } from 'node:timers/promises';

// Resolves to the first truthy value of `condition`, or throws after `seconds`, naming `what` and the last error.
export async function eventually(what, seconds, condition) {
  const deadline = Date.now() + seconds * 1000;
  let last;
  for (;;) {
    try {
      const value = await condition();
      if (value) return value;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline) throw new Error(`not within ${seconds} s: ${what}`, { cause: last });
    await pause(25);
  }
}

// Rejects when the promise has not settled in time.
export async function within(what, seconds, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${seconds} s: ${what}`)), seconds * 1000);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
