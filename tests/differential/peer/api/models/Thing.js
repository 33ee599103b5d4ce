// One attribute for each type and each validation rule.
module.exports = {
  attributes: {
    s: { type: 'string' },
    sNull: { type: 'string', allowNull: true },
    sDef: { type: 'string', defaultsTo: 'dflt' },
    sMin: { type: 'string', minLength: 2, maxLength: 5 },
    sRx: { type: 'string', regex: /^[a-z]+$/ },
    sUrl: { type: 'string', isURL: true },
    sUuid: { type: 'string', isUUID: true },
    sIp: { type: 'string', isIP: true },
    sHex: { type: 'string', isHexColor: true },
    sCc: { type: 'string', isCreditCard: true },
    sNoEmpty: { type: 'string', isNotEmptyString: true },
    sCustom: { type: 'string', custom: (value) => value !== 'bad' },
    n: { type: 'number' },
    nNull: { type: 'number', allowNull: true },
    nMin: { type: 'number', min: 1, max: 10 },
    nInt: { type: 'number', isInteger: true },
    b: { type: 'boolean' },
    bDef: { type: 'boolean', defaultsTo: true },
    bNull: { type: 'boolean', allowNull: true },
    j: { type: 'json' },
    ts: { type: 'ref', columnType: 'timestamptz' },
    secret: { type: 'string', encrypt: true },
    hidden: { type: 'string', protect: true },
    col: { type: 'string', columnName: 'custom_col' },
  },
  customToJSON() {
    const { hidden, ...shown } = this;
    return shown;
  },
};
