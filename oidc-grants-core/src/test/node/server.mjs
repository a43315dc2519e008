// An OpenID provider that demands DPoP nonces everywhere, rotates refresh tokens and does
// CIBA. Its clients stand in the first line of the standard input; it ends when that does.
// A second port takes the decisions of the users and tells what was asked.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';

import { Provider, errors } from 'oidc-provider';

const USERS = new Set(['ada', 'grace']);
const SHORT = 3;
const LONG = 600;

const timeOf = (ctx, token, client) => (client.clientId.endsWith('short') ? SHORT : LONG);

function signingKey(alg, type, options) {
  const { privateKey } = generateKeyPairSync(type, options);
  return { ...privateKey.export({ format: 'jwk' }), alg, use: 'sig', kid: alg };
}

// Notifications go to where tests listen. It takes https addresses only, and calls none of
// this machine.
function notify(url, { dispatcher, ...options }) {
  return fetch(String(url).replace('https:', 'http:'), options);
}

function configuration(clients) {
  return {
    clients,
    clientAuthMethods: ['client_secret_basic', 'private_key_jwt', 'none'],
    jwks: {
      keys: [signingKey('RS256', 'rsa', { modulusLength: 2048 }), signingKey('ES256', 'ec', { namedCurve: 'P-256' })],
    },
    cookies: { keys: [randomBytes(16).toString('hex')] },
    fetch: notify,
    findAccount: (ctx, id) => (USERS.has(id) ? { accountId: id, claims: () => ({ sub: id }) } : undefined),
    rotateRefreshToken: true,
    issueRefreshToken: (ctx, client) => client.grantTypeAllowed('refresh_token'),
    scopes: ['openid', 'offline_access', 'read'],
    ttl: {
      AccessToken: 300,
      BackchannelAuthenticationRequest: timeOf,
      ClientCredentials: 300,
      DeviceCode: timeOf,
      Grant: 3600,
      IdToken: 300,
      RefreshToken: 3600,
    },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      deviceFlow: { enabled: true },
      dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => true },
      introspection: { enabled: true },
      requestObjects: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => undefined,
        getResourceServerInfo: (ctx, resource) => ({
          scope: 'read',
          audience: resource,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
      ciba: {
        enabled: true,
        deliveryModes: ['poll', 'ping'],
        processLoginHint: (ctx, hint) => (USERS.has(hint) ? hint : undefined),
        verifyUserCode: () => {},
        validateRequestContext: () => {},
        triggerAuthenticationDevice: () => {},
      },
    },
  };
}

function remember(asked) {
  return async (ctx, next) => {
    await next();
    if (ctx.body?.device_code || ctx.body?.auth_req_id) {
      ctx.body.interval = 1;
    }
    asked.push({ path: ctx.path, status: ctx.status, error: ctx.body?.error ?? null, nonce: nonceOf(ctx.get('DPoP')) });
  };
}

function nonceOf(proof) {
  if (!proof) {
    return null;
  }
  return JSON.parse(Buffer.from(proof.split('.')[1], 'base64url')).nonce ?? null;
}

async function grantOf(provider, accountId, clientId, scope) {
  const grant = new provider.Grant({ accountId, clientId });
  grant.addOIDCScope(scope);
  await grant.save();
  return grant.jti;
}

async function decideDevice(provider, userCode, user) {
  const code = await provider.DeviceCode.findByUserCode(userCode.replace(/\W/g, ''));
  if (user) {
    const scope = code.params.scope;
    Object.assign(code, {
      accountId: user,
      authTime: Math.floor(Date.now() / 1000),
      grantId: await grantOf(provider, user, code.clientId, scope),
      scope,
    });
  } else {
    Object.assign(code, { error: 'access_denied', errorDescription: 'The user refused' });
  }
  await code.save();
}

async function decideBackchannel(provider, authReqId, user) {
  const request = await provider.BackchannelAuthenticationRequest.find(authReqId);
  await provider.backchannelResult(request, user
    ? await grantOf(provider, user, request.clientId, request.params.scope)
    : new errors.AccessDenied('The user refused'));
}

function control(provider, asked) {
  return createServer(async (request, response) => {
    try {
      const url = new URL(request.url, 'http://control');
      const user = url.searchParams.get('user');
      switch (url.pathname) {
        case '/device':
          await decideDevice(provider, url.searchParams.get('code'), user);
          break;
        case '/backchannel':
          await decideBackchannel(provider, url.searchParams.get('code'), user);
          break;
        default:
          break;
      }
      response.end(JSON.stringify(asked));
    } catch (ex) {
      response.writeHead(500).end(`${ex.stack} ${ex.cause?.stack}`);
    }
  });
}

function listen(server) {
  return new Promise((resolve) => { server.listen(0, '127.0.0.1', () => resolve(server.address().port)); });
}

const lines = createInterface({ input: process.stdin });
lines.on('close', () => process.exit(0));
lines.once('line', async (line) => {
  const server = createServer();
  const issuer = `http://127.0.0.1:${await listen(server)}`;
  const provider = new Provider(issuer, configuration(JSON.parse(line)));
  const asked = [];
  provider.use(remember(asked));
  provider.on('server_error', (ctx, ex) => console.error(ex));
  server.on('request', provider.callback());
  console.log(JSON.stringify({ issuer, control: `http://127.0.0.1:${await listen(control(provider, asked))}` }));
});
