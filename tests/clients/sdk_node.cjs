// The official TypeScript SDK, unmodified, against a mock. Environment: MF_BASE_URL, MF_CONTROL_URL (of a fresh
// sandbox of the built-in scenario) and MF_ENV, the object that `mockflare env --json` prints, and NODE_PATH, where
// the SDK is installed. Last line: N passed, N failed.
'use strict';
const Cloudflare = require('cloudflare').default;

const { MF_BASE_URL: base, MF_CONTROL_URL: controlUrl } = process.env;
const env = JSON.parse(process.env.MF_ENV);
const { account_id: account, zone_id: zone, tokens } = env;
const unknownId = '0123456789abcdef0123456789abcdef';
const counts = { passed: 0, failed: 0 };

function check(name, right, found) {
  counts[right ? 'passed' : 'failed']++;
  console.log(right ? `ok - node: ${name}` : `not ok - node: ${name}: ${JSON.stringify(found)}`);
}

function client(token, options) {
  return new Cloudflare({ apiToken: token ?? tokens.all, baseURL: base, ...options });
}

async function control(method, path, body) {
  const answer = await fetch(controlUrl + path, { method, body: body && JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

// Base URL of a new sandbox of that scenario.
async function sandbox(name, world) {
  const url = `${new URL(controlUrl).origin}/_mockflare/sandboxes/${name}`;
  return (await (await fetch(url, { method: 'PUT', body: JSON.stringify(world) })).json()).base_url;
}

async function all(pages) {
  const found = [];
  for await (const item of pages) found.push(item);
  return found;
}

// How many requests the function made, by the journal; its result or what it threw; the milliseconds it took.
async function callsOf(work) {
  await control('DELETE', '/journal');
  const began = Date.now();
  const result = await work().catch((e) => e);
  const took = Date.now() - began;
  return { count: (await control('GET', '/journal/count')).count, result, took };
}

async function withFault(when, does, work) {
  await control('PUT', '/faults', [{ when, do: does }]);
  try {
    return await callsOf(work);
  } finally {
    await control('DELETE', '/faults');
  }
}

// The work throws just that class, with the API's status and first code inside.
async function throws(name, work, kind, status, code) {
  const e = await work().then((result) => ({ result }), (thrown) => thrown);
  const found = [e?.constructor?.name, e?.status, e?.errors?.[0]?.code];
  check(name, e?.constructor === kind && e.status === status && e.errors?.[0]?.code === code, found);
}

async function verify() {
  let told = await client().user.tokens.verify();
  check('verify a user token', told.status === 'active' && told.id.length === 32, told);
  told = await client(tokens.org).accounts.tokens.verify({ account_id: account });
  check('verify an account-owned token', told.status === 'active' && told.id.length === 32, told);
  told = await client(tokens.disabled).user.tokens.verify();
  check('verify tells a disabled token', told.status === 'disabled', told);
  told = await client(tokens.expired).user.tokens.verify();
  check('verify tells an expired token, with its date', told.status === 'expired' && new Date(told.expires_on) < new Date(), told);
}

// Create, read, list, replace, roll, delete. `api`: the six calls, which differ in where the account goes.
async function tokenLife(kind, api, policies, verifyWith) {
  const made = await api.create({ name: `sdk ${kind}`, policies, expires_on: '2099-01-01T00:00:00Z' });
  check(`${kind} token create`, made.id && made.value && made.status === 'active' && made.name === `sdk ${kind}`, made);
  check(`${kind} token works at once`, (await verifyWith(made.value)).id === made.id);
  const read = await api.get(made.id);
  check(`${kind} token get shows no value`, read.name === made.name && read.value === undefined, read);
  check(`${kind} token keeps its date`, read.expires_on === '2099-01-01T00:00:00Z', read);
  check(`${kind} token keeps its policy`,
    JSON.stringify(read.policies[0].resources) === JSON.stringify(policies[0].resources) &&
    read.policies[0].permission_groups[0].id === policies[0].permission_groups[0].id, read.policies);
  const listed = await all(api.list());
  check(`${kind} token is listed`, listed.filter((t) => t.id === made.id).length === 1, listed.length);
  const put = await api.update(made.id, { name: 'renamed', policies, status: 'active' });
  check(`${kind} token update replaces whole`, put.name === 'renamed' && put.expires_on === undefined, put);
  const rolled = await api.roll(made.id);
  check(`${kind} token roll gives a new value`, typeof rolled === 'string' && rolled !== made.value, typeof rolled);
  check(`${kind} token: the new value works`, (await verifyWith(rolled)).id === made.id);
  await throws(`${kind} token: the old value is dead`, () => verifyWith(made.value), Cloudflare.AuthenticationError, 401, 1000);
  const gone = await api.delete(made.id);
  check(`${kind} token delete`, gone.id === made.id, gone);
  await throws(`${kind} token: deleted is dead`, () => verifyWith(rolled), Cloudflare.AuthenticationError, 401, 1000);
  await throws(`${kind} token: deleted is not found`, () => api.get(made.id), Cloudflare.NotFoundError, 404, 1003);
}

async function tokensOfUser() {
  const own = client().user.tokens;
  const groups = new Map((await all(own.permissionGroups.list())).map((g) => [g.name, g.id]));
  check('permission groups of a user', groups.size > 300 && groups.has('API Tokens Read'), groups.size);
  await tokenLife('user', {
    create: (body) => own.create(body),
    get: (id) => own.get(id),
    list: () => own.list(),
    update: (id, body) => own.update(id, body),
    roll: (id) => own.value.update(id, { body: {} }), // the API wants {}; the SDK sends nothing by itself
    delete: (id) => own.delete(id),
  }, [{ effect: 'allow', permission_groups: [{ id: groups.get('DNS Read') }],
        resources: { [`com.cloudflare.api.account.zone.${zone}`]: '*' } }],
  (value) => client(value).user.tokens.verify());
}

async function tokensOfAccount() {
  const own = client(tokens.org).accounts.tokens;
  const where = { account_id: account };
  const groups = new Map((await all(own.permissionGroups.list(where))).map((g) => [g.name, g.id]));
  check('permission groups of an account hold no user group', groups.has('DNS Write') && !groups.has('API Tokens Read'), groups.size);
  await tokenLife('account', {
    create: (body) => own.create({ ...where, ...body }),
    get: (id) => own.get(id, where),
    list: () => own.list(where),
    update: (id, body) => own.update(id, { ...where, ...body }),
    roll: (id) => own.value.update(id, where, { body: {} }),
    delete: (id) => own.delete(id, where),
  }, [{ effect: 'allow', permission_groups: [{ id: groups.get('Account Settings Read') }],
        resources: { [`com.cloudflare.api.account.${account}`]: '*' } }],
  (value) => client(value).accounts.tokens.verify(where));
}

async function accountsAndUser() {
  const c = client();
  const listed = await all(c.accounts.list());
  check('accounts list', listed.length === 1 && listed[0].id === account && listed[0].name, listed);
  const read = await c.accounts.get({ account_id: account });
  check('account get', read.id === account && read.name === listed[0].name && read.type === 'standard', read);
  const own = await all(client(tokens.org).accounts.list());
  check('accounts list with an account-owned token', own.length === 1 && own[0].id === account, own);
  const member = await all(c.memberships.list());
  check('memberships list', member.length === 1 && member[0].account.id === account && member[0].status === 'accepted', member);
  const members = await all(c.accounts.members.list({ account_id: account }));
  check('members list', members.length === 1 && members[0].status === 'accepted', members);
  const roles = await all(c.accounts.roles.list({ account_id: account }));
  check('roles list', roles.some((r) => r.name === 'Super Administrator - All Privileges'), roles.length);
  const me = await c.user.get();
  check('user get', me.id.length === 32 && me.suspended === false, me);
  const ips = await c.ips.list();
  check('ips list', ips.ipv4_cidrs.length > 0 && ips.ipv6_cidrs.length > 0, ips);
}

async function zones() {
  const c = client();
  const listed = await all(c.zones.list());
  check('zones list', listed.length === 1 && listed[0].name === 'example.com' && listed[0].id === zone, listed);
  const read = await c.zones.get({ zone_id: zone });
  check('zone get', read.name === 'example.com' && read.status === 'active' && read.account.id === account, read);
  check("zone permissions are the token's", read.permissions?.includes('#zone:read'), read.permissions);
  check('zones by a name that is not there', (await all(c.zones.list({ name: 'nobody.example' }))).length === 0);
  check('a token without zones sees none', (await all(client(tokens['no-zones']).zones.list())).length === 0);
}

// Twelve zones in pages of five: the SDK walks them all, each once.
async function zonePages() {
  const names = Array.from({ length: 12 }, (_, n) => `page-${String(n).padStart(2, '0')}.example`);
  const value = 'pagespagespagespagespagespagespagespages';
  const world = {
    accounts: [{ name: 'Pages' }],
    users: [{ email: 'p@pages.example', memberships: [{ account: 'Pages', roles: ['Super Administrator - All Privileges'] }] }],
    tokens: [{ name: 'p', kind: 'user', owner: 'p@pages.example', permissions: 'all', value }],
    zones: names.map((name) => ({ name, account: 'Pages' })),
  };
  const c = new Cloudflare({ apiToken: value, baseURL: await sandbox('node-pages', world) });
  const found = (await all(c.zones.list({ per_page: 5, order: 'name' }))).map((z) => z.name);
  check('zones list walks all pages', JSON.stringify(found.sort()) === JSON.stringify(names), found);
  const page = await c.zones.list({ per_page: 5, page: 3 });
  check("a page's numbers", page.result_info.page === 3 && page.result.length === 2, page.result_info);
}

async function errors() {
  const once = (token) => client(token, { maxRetries: 0 });
  const nobody = '0'.repeat(40);
  await throws('400 is BadRequestError', () => once('abc-def').zones.list(), Cloudflare.BadRequestError, 400, 6003);
  await throws('401 is AuthenticationError', () => once(nobody).user.tokens.verify(), Cloudflare.AuthenticationError, 401, 1000);
  await throws('401 of a product is AuthenticationError', () => once(nobody).workers.scripts.list({ account_id: account }),
    Cloudflare.AuthenticationError, 401, 10000);
  await throws('403 is PermissionDeniedError', () => once(nobody).zones.list(), Cloudflare.PermissionDeniedError, 403, 9109);
  await throws('403 for a foreign zone', () => once().zones.get({ zone_id: unknownId }), Cloudflare.PermissionDeniedError, 403, 9109);
  await throws('403 for a user endpoint with an account-owned token', () => once(tokens.org).user.get(),
    Cloudflare.PermissionDeniedError, 403, 9109);
  await throws('404 is NotFoundError', () => once().user.tokens.get(unknownId), Cloudflare.NotFoundError, 404, 1003);
  await control('PUT', '/faults', [{ when: { operation: 'GET /zones' }, do: { error: 'rate_limited', retry_after: 1 } }]);
  await throws('429 is RateLimitError', () => once().zones.list(), Cloudflare.RateLimitError, 429, 971);
  await control('PUT', '/faults', [{ when: { operation: 'GET /user' }, do: { error: 'edge_522' } }]);
  const e = await once().user.get().catch((thrown) => thrown);
  check('522 is InternalServerError', e.constructor === Cloudflare.InternalServerError && e.status === 522, e.status);
  await control('DELETE', '/faults');
}

async function retries() {
  const user = { operation: 'GET /user' };
  const ask = () => client().user.get();
  let seen = await withFault({ ...user, times: 1 }, { error: 'rate_limited', retry_after: 2 }, ask);
  check('429 with Retry-After: waits, asks again', seen.count === 2 && seen.result.id && seen.took >= 1900 && seen.took < 6000, seen);
  const body = { success: false, errors: [], messages: [], result: null };
  seen = await withFault({ ...user, times: 1 }, { status: 500, body }, ask);
  check('500 once: asks again', seen.count === 2 && seen.result.id, seen);
  seen = await withFault(user, { error: 'edge_502' }, ask);
  check('502 for good: three tries, then InternalServerError', seen.count === 3 && seen.result.constructor === Cloudflare.InternalServerError, seen);
  seen = await withFault({ ...user, times: 1 }, { reset: 'before' }, ask);
  check('reset once: asks again', seen.count === 2 && seen.result.id, seen);
  seen = await withFault(user, { delay_ms: 1500 }, () => client(undefined, { timeout: 300, maxRetries: 0 }).user.get());
  check('a slow answer: APIConnectionTimeoutError', seen.result.constructor === Cloudflare.APIConnectionTimeoutError, seen);
  seen = await callsOf(() => client('0'.repeat(40)).zones.list());
  check('403 is not asked again', seen.count === 1, seen);
}

// Runs each part and says how many checks passed.
async function run(parts) {
  for (const part of parts) {
    // A class or attribute that the SDK or the mock does not have: count it, go on.
    await part().catch((e) => check(`${part.name} runs to its end`, false, String(e?.stack ?? e)));
  }
  console.log(`${counts.passed} passed, ${counts.failed} failed`);
  process.exitCode = counts.failed ? 1 : 0;
}

module.exports = { Cloudflare, all, check, run, sandbox, throws };
if (require.main === module) {
  run([verify, tokensOfUser, tokensOfAccount, accountsAndUser, zones, zonePages, errors, retries]);
}
