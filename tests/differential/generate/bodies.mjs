// A value as the body of a request: {body, headers}.
import { bracketed } from './query.mjs';
import { jsonText } from './values.mjs';

const form = (text) => encodeURIComponent(text.replace(/[\ud800-\udfff]/gu, '\ufffd')).replaceAll('%20', '+');

export class Bodies {
  constructor(random, values) {
    this.random = random;
    this.values = values;
  }

  of(value) {
    const text = jsonText(value) ?? 'null';
    const style = this.random.next();
    if (style < 0.85 || value === null || typeof value !== 'object') return { body: text, headers: { 'content-type': 'application/json' } };
    const pairs = bracketed(this.random, '', value).map(([name, each]) => [name.replace(/^\[(.*?)\]/, '$1').replace(/^\./, ''), each]);
    return { body: pairs.map((pair) => pair.map(form).join('=')).join('&'), headers: { 'content-type': 'application/x-www-form-urlencoded' } };
  }
}
