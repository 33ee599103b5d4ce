// What both sides have stored: to compare it, to empty it, and to make it equal again.
import { createRequire } from 'node:module';
import { TABLES } from './sails_peer.mjs';

const { Client } = createRequire(new URL('peer/package.json', import.meta.url))('pg');
const SEQUENCES = TABLES.filter((table) => table !== 'doc').map((table) => `${table}_id_seq`);
const JOINS = {
  pet_tags__tag_pets: { pet_tags: 'pet', tag_pets: 'tag' },
  doc_related__tag_related_tag: { doc_related: 'doc', tag_related_tag: 'tag' },
};
const AS_TEXT = { getTypeParser: () => (text) => text };
const FIRST_REAL_TIME = 1.5e12;

export class Databases {
  static async open(oursUrl, theirsUrl) {
    const databases = new Databases();
    databases.ours = new Client(oursUrl);
    databases.theirs = new Client(theirsUrl);
    await Promise.all([databases.ours.connect(), databases.theirs.connect()]);
    return databases;
  }

  // No rows, ids from 1.
  async empty() {
    const truncate = (suffix) => `truncate ${TABLES.map((table) => `"${table}${suffix}"`).join(', ')} restart identity`;
    await Promise.all([this.ours.query(truncate('')), this.theirs.query(truncate('_rows'))]);
  }

  // Sails leaves rows in its join tables that name no record. A record that takes such an id later would get them.
  async removeDangling() {
    for (const [table, ends] of Object.entries(JOINS)) {
      const missing = Object.entries(ends).map(([column, model]) => `not exists (select 1 from "${model}_rows" m where m.id = j.${column})`);
      await this.theirs.query(`delete from "${table}_rows" j where ${missing.join(' or ')}`);
    }
  }

  // The first table that differs, as {table, ours, theirs}; undefined when there is none.
  async difference() {
    const [ours, theirs] = await Promise.all([contents(this.ours), contents(this.theirs)]);
    const name = Object.keys(ours).find((each) => ours[each] !== theirs[each]);
    return name && { name, ours: ours[name], theirs: theirs[name] };
  }

  // Makes theirs what ours is.
  async align() {
    const sets = [];
    for (const table of TABLES) {
      const { rows, fields } = await this.ours.query({ text: `select * from "${table}"`, rowMode: 'array', types: AS_TEXT });
      await this.theirs.query(`delete from "${table}_rows"`);
      if (rows.length === 0) continue;
      const columns = fields.map(({ name }) => `"${name}"`);
      const places = rows.map((row, i) => `(${row.map((_, j) => `$${i * row.length + j + 1}`)})`);
      await this.theirs.query(`insert into "${table}_rows" (${columns}) values ${places}`, rows.flat());
    }
    for (const sequence of SEQUENCES) {
      const { rows: [{ last_value: last, is_called: called }] } = await this.ours.query(`select last_value, is_called from "${sequence}"`);
      sets.push(this.theirs.query('select setval($1::regclass, $2, $3)', [`"${sequence}"`, last, called]));
    }
    await Promise.all(sets);
  }

  close() {
    return Promise.all([this.ours?.end(), this.theirs?.end()]);
  }
}

// {table or sequence: text}, without what differs from run to run.
async function contents(client) {
  const found = {};
  for (const table of TABLES) {
    const { rows } = await client.query(`select * from "${table}" order by id`);
    // The ids of join rows are nobody's business, neither is their order, nor that Sails adds some twice.
    const shown = rows.map(({ id, ...row }) => JSON.stringify(/__/.test(table) ? row : { id, ...row }, stored));
    found[table] = (/__/.test(table) ? [...new Set(shown)].sort() : shown).join('\n');
  }
  for (const sequence of SEQUENCES.filter((name) => !/__/.test(name))) {
    const { rows: [row] } = await client.query(`select last_value, is_called from "${sequence}"`);
    found[sequence] = JSON.stringify(row);
  }
  return found;
}

function stored(key, value) {
  if (/^(created|updated)At$/.test(key) && Number(value) > FIRST_REAL_TIME) return '{{ts}}';
  if (key === 'secret' && typeof value === 'string' && value.startsWith('YWVz')) return '{{ciphertext}}';
  return value;
}
