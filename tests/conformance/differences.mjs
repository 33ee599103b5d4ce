// Recorded cases that are answered otherwise on purpose: `of(recorded)` is the case with the answer that is right here.
// A case that is not listed must be answered as it was recorded.

const DOUBLES = 'numbers are doubles here; the recorded application kept them in columns of single precision';

export const DIFFERENCES = {
  'create.024': {
    why: DOUBLES,
    of: (recorded) => ({ ...recorded, json: { ...recorded.json, age: 16777217 } }),
  },
  'create.026': {
    why: DOUBLES,
    of: ({ text, ...recorded }) => ({
      ...recorded,
      status: 200,
      response_headers_subset: { ...recorded.response_headers_subset, 'content-type': 'application/json; charset=utf-8' },
      json: { pets: [], createdAt: '{{ts}}', updatedAt: '{{ts}}', id: '{{huge}}', name: 'N', email: 'n10@x.co', age: 1e40 },
    }),
  },
};
