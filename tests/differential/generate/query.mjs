// Query strings: as encodeURIComponent writes them, and as others do.

// Browsers send U+FFFD for half of a surrogate pair.
export const wellFormed = (text) => text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd');

export const escaped = (text) => encodeURIComponent(wellFormed(text));

// pairs: [[name, text], …]
export function queryText(random, pairs) {
  const parts = pairs.map(([name, text]) => {
    const value = escaped(text);
    const style = random.next();
    if (style < 0.05) return `${escaped(name)}=${value.replaceAll('%20', '+')}`;
    if (style < 0.08) return `${escaped(name)}=${value.toLowerCase() === value ? value : value.replace(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase())}`;
    if (style < 0.09) return `${escaped(name)}=${value}%`;
    if (style < 0.1 && value === '') return escaped(name);
    return `${escaped(name)}=${value}`;
  });
  if (parts.length === 0) return random.chance(0.03) ? random.pick(['?', '?&', '?=', '??', '?a', '?&&=&']) : '';
  return `?${parts.join('&')}`;
}

// A value as qs writes it: [["where[name]", "Ann"], …]; the same value can be written in more than one way.
export function bracketed(random, name, value) {
  if (Array.isArray(value)) {
    const style = random.int(4);
    return value.flatMap((each, i) => bracketed(random, style === 0 ? name : style === 1 ? `${name}[]` : `${name}[${i}]`, each));
  }
  if (value !== null && typeof value === 'object') {
    return Object.entries(value).flatMap(([key, each]) => bracketed(random, random.chance(0.04) ? `${name}.${key}` : `${name}[${key}]`, each));
  }
  return [[name, value === undefined ? '' : String(value)]];
}
