// A Sails in production mode on the stores, the tables, the session key and the cookie secret of a running suite, so that the
// same request with the same cookie gets the same answer from both. Settings come from the environment.
'use strict';
process.chdir(__dirname);
const { PORT, POSTGRES_URL, REDIS_URL, SESSION_SECRET } = process.env;
const number = { type: 'number' };

require('sails').lift({
  port: Number(PORT),
  explicitHost: '127.0.0.1',
  environment: 'production',
  log: { level: 'warn' },
  hooks: { grunt: false },
  session: { secret: SESSION_SECRET, adapter: '@sailshq/connect-redis', url: REDIS_URL },
  sockets: { onlyAllowOrigins: [`http://127.0.0.1:${PORT}`], adapter: '@sailshq/socket.io-redis', url: REDIS_URL },
  datastores: { default: { adapter: 'sails-postgresql', url: POSTGRES_URL, max: 10 } },
  blueprints: { rest: true, shortcuts: true },
  models: {
    migrate: 'safe',
    schema: true,
    cascadeOnDestroy: true,
    archiveModelIdentity: false,
    attributes: { createdAt: { ...number, autoCreatedAt: true }, updatedAt: { ...number, autoUpdatedAt: true }, id: { ...number, autoIncrement: true } },
    dataEncryptionKeys: { default: Buffer.alloc(32, 1).toString('base64') },
  },
}, (error) => {
  if (error) {
    console.error(error);
    process.exit(1);
  }
  console.log('ready');
});
