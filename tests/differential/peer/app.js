// A Sails in production mode with the models and settings of the reference application, on stores of its own. Settings come
// from the environment.
'use strict';
process.chdir(__dirname);
const { PORT, POSTGRES_URL, REDIS_URL, SESSION_SECRET, DATA_ENCRYPTION_KEY } = process.env;
const number = { type: 'number' };

require('sails').lift({
  port: Number(PORT),
  explicitHost: '127.0.0.1',
  environment: 'production',
  log: { level: 'error' },
  hooks: { grunt: false },
  session: { secret: SESSION_SECRET, adapter: '@sailshq/connect-redis', url: REDIS_URL },
  sockets: {
    onlyAllowOrigins: [`http://127.0.0.1:${PORT}`],
    adapter: '@sailshq/socket.io-redis',
    url: REDIS_URL,
    key: 'differential', // so that the suite on the same Redis does not take part in its broadcasts
  },
  datastores: { default: { adapter: 'sails-postgresql', url: POSTGRES_URL, max: 100 } },
  blueprints: { actions: false, rest: true, shortcuts: true },
  models: {
    migrate: 'safe',
    schema: true,
    cascadeOnDestroy: true,
    archiveModelIdentity: false,
    attributes: { createdAt: { ...number, autoCreatedAt: true }, updatedAt: { ...number, autoUpdatedAt: true }, id: { ...number, autoIncrement: true } },
    dataEncryptionKeys: { default: DATA_ENCRYPTION_KEY },
  },
  routes: { 'GET /csrfToken': { action: 'security/grant-csrf-token' }, 'GET /redir': '/user', '/sess/echo': 'sess/echo' },
}, (error) => {
  if (error) {
    console.error(error);
    process.exit(1);
  }
  console.log('ready');
});
