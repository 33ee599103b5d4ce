// A key of the client's choosing, and a one-way collection.
module.exports = {
  attributes: {
    id: { type: 'string', required: true },
    title: { type: 'string', required: true },
    related: { collection: 'tag' },
  },
};
