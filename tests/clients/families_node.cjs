// The official TypeScript SDK, unmodified, on what a mock keeps: zones, DNS records, Workers KV, load-balancer pools and
// monitors, zone settings. Each is created, walked page by page, filtered, changed and deleted. Environment as of
// sdk_node.cjs, whose helpers it uses. Last line: N passed, N failed.
'use strict';
const { isDeepStrictEqual } = require('node:util');
const { Cloudflare, all, check, run, sandbox, throws } = require('./sdk_node.cjs');

const token = 'familiesfamiliesfamiliesfamiliesfamilies';
const scenario = {
  accounts: [{ name: 'Families' }],
  users: [{ email: 'f@families.example', memberships: [{ account: 'Families', roles: ['Super Administrator - All Privileges'] }] }],
  tokens: [{ name: 'f', kind: 'user', owner: 'f@families.example', permissions: 'all', value: token }],
  zones: [{ name: 'families.example', account: 'Families', plan: 'enterprise' }, { name: 'free.example', account: 'Families' }],
};
const world = {}; // client and ids of one sandbox for all parts

async function makeWorld() {
  const c = new Cloudflare({ apiToken: token, baseURL: await sandbox('node-families', scenario), maxRetries: 0 });
  const zone = async (name) => ({ zone_id: (await all(c.zones.list({ name })))[0].id });
  Object.assign(world, { c, account: { account_id: (await all(c.accounts.list()))[0].id },
    zone: await zone('families.example'), free: await zone('free.example') });
  check('a world of zones', world.zone.zone_id !== world.free.zone_id, world);
}

function same(name, found, wanted) {
  check(name, isDeepStrictEqual(found, wanted), found);
}

async function numbered(count, make) {
  const made = [];
  for (let n = 0; n < count; n++) made.push(await make(n));
  return made;
}

const two = (n) => String(n).padStart(2, '0');
const ids = (list) => list.map((item) => item.id);

async function zones() {
  const api = world.c.zones;
  const account = { id: world.account.account_id };
  const made = await numbered(9, (n) => api.create({ account, name: `zone-${n}.example`, type: 'full' }));
  const at = { zone_id: made[0].id };
  check('zone create', made[0].status === 'pending' && made[0].name === 'zone-0.example' && made[0].name_servers.length === 2 &&
    made[0].activated_on === null && made[0].plan.legacy_id === 'free', made[0]);
  same('zone create answers as get', await api.get(at), made[0]);
  await throws('zone create: a name twice', () => api.create({ account, name: 'zone-1.example' }), Cloudflare.BadRequestError, 400, 1061);
  const page = await api.list({ per_page: 5, order: 'name', direction: 'desc' });
  same('zones: a page', [page.result.length, page.result_info.page], [5, 1]);
  same('zones: all pages, in order', (await all(api.list({ per_page: 5, order: 'name', direction: 'desc' }))).map((z) => z.name),
    [8, 7, 6, 5, 4, 3, 2, 1, 0].map((n) => `zone-${n}.example`).concat('free.example', 'families.example'));
  same('zones: by name', ids(await all(api.list({ name: 'zone-3.example' }))), [made[3].id]);
  same('zones: by an operator on the name', (await all(api.list({ name: 'starts_with:zone-', per_page: 5 }))).length, 9);
  same('zones: by status', (await all(api.list({ status: 'active' }))).map((z) => z.name).sort(), ['families.example', 'free.example']);
  same('zones: by types', (await all(api.list({ type: ['partial', 'full'], per_page: 50 }))).length, 11);
  same('zones: any of two', (await all(api.list({ match: 'any', name: 'free.example', status: 'pending', per_page: 50 }))).length, 10);
  const edited = await api.edit({ ...at, paused: true });
  check('zone edit', edited.paused && edited.id === made[0].id && (await api.get(at)).paused, edited);
  same('zone activation check', (await api.activationCheck.trigger(at)).id, made[0].id);
  same('zone is active after it', (await api.get(at)).status, 'active');
  same('zone delete', (await api.delete(at)).id, made[0].id);
  await throws('zone get after delete', () => api.get(at), Cloudflare.PermissionDeniedError, 403, 9109);
  same('zones: without the deleted', (await all(api.list({ per_page: 5, name: 'starts_with:zone-' }))).length, 8);
}

async function dnsRecords() {
  const { c, zone } = world;
  const api = c.dns.records;
  const a = (name, content, more) => ({ ...zone, name, type: 'A', content, ttl: 300, ...more });
  const made = await numbered(25, (n) => api.create(a(`host-${two(n)}`, `192.0.2.${n + 1}`)));
  const first = made[0];
  check('record create', first.name === 'host-00.families.example' && first.content === '192.0.2.1' && first.ttl === 300 &&
    first.proxied === false && first.proxiable && first.comment === null && first.tags.length === 0, first);
  same('record create answers as get', await api.get(first.id, zone), first);
  await throws('record create: identical', () => api.create(a('host-00', '192.0.2.1')), Cloudflare.BadRequestError, 400, 81058);
  await throws('record create: no address', () => api.create(a('bad', 'nonsense')), Cloudflare.BadRequestError, 400, 9005);
  const page = await api.list({ ...zone, per_page: 10, page: 3 });
  same('records: the last page', [page.result.length, page.result_info.page, page.result_info.per_page], [5, 3, 10]);
  same('records: all pages, in order', ids(await all(api.list({ ...zone, per_page: 10, order: 'name' }))), ids(made));
  same('records: backwards', ids(await all(api.list({ ...zone, per_page: 10, order: 'name', direction: 'desc' }))), ids(made).reverse());
  const found = async (filter) => ids(await all(api.list({ ...zone, per_page: 4, ...filter })));
  same('records: by name', await found({ name: { exact: 'host-07.families.example' } }), [made[7].id]);
  same('records: by the end of the content', await found({ content: { endswith: '.25' } }), [made[24].id]);
  same('records: by a part of the name', (await found({ name: { contains: 'host-1' } })).length, 10);
  same('records: by type', await found({ type: 'MX' }), []);
  const edited = await api.edit(first.id, a('host-00', '192.0.2.1', { comment: 'hello', tags: ['team:a'] }));
  check('record edit merges', edited.comment === 'hello' && isDeepStrictEqual(edited.tags, ['team:a']) &&
    edited.created_on === first.created_on && edited.modified_on >= first.modified_on, edited);
  same('records: by tag and comment', await found({ tag: { exact: 'team:a' }, comment: { contains: 'ell' } }), [first.id]);
  const put = await api.update(first.id, { ...zone, name: 'renamed', type: 'CNAME', content: 'target.example', ttl: 1, proxied: true });
  check('record update replaces whole', put.id === first.id && put.type === 'CNAME' && put.name === 'renamed.families.example' &&
    put.comment === null && put.tags.length === 0 && put.proxied && put.ttl === 1, put);
  await throws('record create: beside a CNAME', () => api.create(a('renamed', '192.0.2.9')), Cloudflare.BadRequestError, 400, 81054);
  const srv = await api.create({ ...zone, type: 'SRV', name: '_sip._tcp', ttl: 1,
    data: { priority: 10, weight: 5, port: 5223, target: 'server.example.com' } });
  check('record create: SRV', srv.content === '5 5223 server.example.com' && srv.priority === 10, srv);
  for (const id of [first.id, srv.id]) same('record delete', (await api.delete(id, zone)).id, id);
  await throws('record get after delete', () => api.get(first.id, zone), Cloudflare.NotFoundError, 404, 81044);
}

async function dnsBatch() {
  const { c, zone } = world;
  const api = c.dns.records;
  const old = ids(await all(api.list({ ...zone, name: { startswith: 'host-' }, order: 'name' })));
  const a = { type: 'A', ttl: 1 };
  const done = await api.batch({ ...zone,
    posts: [{ name: 'batch', type: 'TXT', content: '"posted"', ttl: 60 }],
    puts: [{ ...a, id: old[0], name: 'put', content: '198.51.100.1' }],
    patches: [{ ...a, id: old[1], name: 'patched', content: '198.51.100.2' }],
    deletes: [{ id: old[2] }] });
  same('batch answers four lists', [done.posts[0].name, done.puts[0].content, done.patches[0].name, done.deletes[0].id],
    ['batch.families.example', '198.51.100.1', 'patched.families.example', old[2]]);
  await throws('batch deleted it', () => api.get(old[2], zone), Cloudflare.NotFoundError, 404, 81044);
  const before = await all(api.list(zone));
  await throws('batch: one wrong refuses all', () => api.batch({ ...zone, deletes: [{ id: old[3] }],
    posts: [{ ...a, name: 'bad', content: 'nonsense' }] }), Cloudflare.BadRequestError, 400, 9005);
  same('batch: and leaves all as it was', await all(api.list(zone)), before);
}

// Export, delete all, import: the same records are there.
async function dnsFiles() {
  const { c, zone } = world;
  const api = c.dns.records;
  const look = async () => (await all(api.list(zone))).map((r) => [r.name, r.type, r.content, r.ttl].join(' ')).sort();
  const before = await look();
  const text = await api.export(zone);
  check('export is a zone file', text.includes('host-10.families.example.\t') && text.includes('SOA'), text.slice(0, 300));
  for (const record of await all(api.list(zone))) await api.delete(record.id, zone);
  same('all records are gone', await all(api.list(zone)), []);
  const done = await api.import({ ...zone, file: text });
  check('import counts', done.recs_added === before.length && done.total_records_parsed >= before.length, done);
  same('import brings all back', await look(), before);
  same('import again adds none', (await api.import({ ...zone, file: text })).recs_added, 0);
}

async function kvNamespaces() {
  const { c, account } = world;
  const api = c.kv.namespaces;
  const made = await numbered(23, (n) => api.create({ ...account, title: `space ${two(n)}` }));
  check('namespace create', made[0].id.length === 32 && made[0].title === 'space 00' && made[0].supports_url_encoding, made[0]);
  await throws('namespace create: a title twice', () => api.create({ ...account, title: 'space 01' }), Cloudflare.BadRequestError, 400, 10014);
  same('namespaces: all pages, in order', ids(await all(api.list({ ...account, per_page: 10, order: 'title', direction: 'desc' }))),
    ids(made).reverse());
  await api.update(made[0].id, { ...account, title: 'renamed' });
  same('namespace update', (await api.get(made[0].id, account)).title, 'renamed');
  await api.delete(made[0].id, account);
  await throws('namespace get after delete', () => api.get(made[0].id, account), Cloudflare.NotFoundError, 404, 10013);
  same('namespaces: without the deleted', (await all(api.list({ ...account, per_page: 10 }))).length, 22);
  for (const { id } of made.slice(1)) await api.delete(id, account);
}

async function kvValues() {
  const { c, account } = world;
  const { values, metadata, keys, ...rest } = c.kv.namespaces;
  const space = (await c.kv.namespaces.create({ ...account, title: 'values' })).id;
  const at = { ...account, namespace_id: space };
  const text = async (key) => (await values.get(key, at)).text();
  await values.update('plain', { ...at, value: 'hello' });
  same('value get', await text('plain'), 'hello');
  const odd = 'a/b:c d%2F\u00fc?#';
  await values.update(odd, { ...at, value: 'odd', metadata: '{"n":[1,null]}' });
  same('value: an odd key', await text(odd), 'odd');
  same('value: metadata', await metadata.get(odd, at), { n: [1, null] });
  await values.update('brief', { ...at, value: 'x', expiration_ttl: 60 });
  check('value: an expiry is told', (await values.get('brief', at)).headers.get('expiration') > Date.now() / 1000);
  await throws('value: too short an expiry', () => values.update('brief', { ...at, value: 'x', expiration_ttl: 59 }),
    Cloudflare.BadRequestError, 400, 10034);
  const big = Buffer.alloc(1500000, (n) => n);
  for (let n = 0; n < big.length; n++) big[n] = n * 7;
  await values.update('big', { ...at, value: new File([big], 'big.bin') });
  check('value: more than 1 MiB, byte by byte', big.equals(Buffer.from(await (await values.get('big', at)).arrayBuffer())));
  await values.update('plain', { ...at, value: 'again' });
  same('value update replaces', await text('plain'), 'again');
  const listed = new Map((await all(keys.list(space, account))).map((k) => [k.name, k]));
  same('keys list', [...listed.keys()].sort(), ['plain', odd, 'brief', 'big'].sort());
  check('keys list tells expiry and metadata', listed.get('brief').expiration && listed.get(odd).metadata.n[0] === 1 &&
    !('expiration' in listed.get('plain')), [...listed]);
  await values.delete('plain', at);
  await throws('value get after delete', () => values.get('plain', at), Cloudflare.NotFoundError, 404, 10009);
}

async function kvBulk() {
  const { c, account } = world;
  const kv = c.kv.namespaces;
  const space = (await kv.create({ ...account, title: 'bulk' })).id;
  const names = Array.from({ length: 2500 }, (_, n) => `key-${String(n + 1).padStart(4, '0')}`);
  const done = await kv.bulkUpdate(space, { ...account, body: names.map((key) => ({ key, value: `v${key}`, metadata: { n: key } })) });
  same('bulk write', done.successful_key_count, 2500);
  const listed = async (query) => (await all(kv.keys.list(space, { ...account, ...query }))).map((k) => k.name);
  same('keys: all by cursor, in order', await listed({}), names);
  same('keys: in small pages', await listed({ limit: 600 }), names);
  same('keys: by prefix, in small pages', await listed({ prefix: 'key-00', limit: 10 }), names.slice(0, 99));
  const got = await kv.bulkGet(space, { ...account, keys: ['key-0001', 'nobody'], type: 'text' });
  same('bulk get', got.values, { 'key-0001': 'vkey-0001', nobody: null });
  await kv.bulkUpdate(space, { ...account, body: [{ key: 'raw', value: 'AAEC/w==', base64: true }] });
  const raw = await (await kv.values.get('raw', { ...account, namespace_id: space })).arrayBuffer();
  same('bulk write of base64', Buffer.from(raw).toString('hex'), '000102ff');
  await kv.bulkDelete(space, { ...account, body: names.slice(0, 2400).concat('nobody') });
  same('bulk delete', await listed({ prefix: 'key-' }), names.slice(2400));
  await kv.delete(space, account);
  await throws('keys of a deleted namespace', () => all(kv.keys.list(space, account)), Cloudflare.NotFoundError, 404, 10013);
}

async function monitors() {
  const { c, account } = world;
  const api = c.loadBalancers.monitors;
  const made = await numbered(3, (n) => api.create({ ...account, type: 'https', description: `m${n}`, expected_codes: '2xx' }));
  const id = made[0].id;
  check('monitor create, with defaults', made[0].type === 'https' && made[0].interval === 60 && made[0].timeout === 5 &&
    made[0].retries === 2 && made[0].path === '/' && made[0].method === 'GET', made[0]);
  same('monitor create answers as get', await api.get(id, account), made[0]);
  same('monitors list', ids(await all(api.list(account))).sort(), ids(made).sort());
  const edited = await api.edit(id, { ...account, interval: 90 });
  check('monitor edit merges', edited.interval === 90 && edited.description === 'm0' && edited.expected_codes === '2xx', edited);
  const put = await api.update(id, { ...account, type: 'tcp', port: 8080 });
  check('monitor update replaces whole', put.type === 'tcp' && put.port === 8080 && put.interval === 60 && put.description === '', put);
  for (const m of made) same('monitor delete', (await api.delete(m.id, account)).id, m.id);
  await throws('monitor get after delete', () => api.get(id, account), Cloudflare.NotFoundError, 404, 1001);
  same('monitors list is empty', await all(api.list(account)), []);
}

async function pools() {
  const { c, account } = world;
  const api = c.loadBalancers.pools;
  const monitor = (await c.loadBalancers.monitors.create({ ...account, type: 'http', expected_codes: '200' })).id;
  const origins = [{ name: 'one', address: '192.0.2.1' }, { name: 'two', address: '192.0.2.2', weight: 0.5, enabled: false }];
  const made = await numbered(3, (n) => api.create({ ...account, name: `pool-${n}`, origins }));
  const id = made[0].id;
  check('pool create, with defaults', made[0].enabled && made[0].minimum_origins === 1 && made[0].origins[0].weight === 1 &&
    made[0].origins[0].enabled && made[0].origins[1].weight === 0.5 && made[0].origins[1].enabled === false, made[0]);
  same('pool create answers as get', await api.get(id, account), made[0]);
  await throws('pool create: a name twice', () => api.create({ ...account, name: 'pool-1', origins }), Cloudflare.BadRequestError, 400, 1003);
  const edited = await api.edit(id, { ...account, monitor, description: 'watched' });
  check('pool edit merges', edited.monitor === monitor && edited.description === 'watched' && edited.name === 'pool-0' &&
    edited.origins.length === 2, edited);
  same('pools list', ids(await all(api.list(account))).sort(), ids(made).sort());
  same('pools by monitor', ids(await all(api.list({ ...account, monitor }))), [id]);
  const e = await c.loadBalancers.monitors.delete(monitor, account).catch((thrown) => thrown);
  check('monitor delete: still in use', e.status === 412 && e.errors?.[0]?.code === 1005, e);
  const put = await api.update(id, { ...account, name: 'renamed', origins: origins.slice(0, 1) });
  check('pool update replaces whole', put.name === 'renamed' && put.origins.length === 1 && !put.monitor && put.description === '', put);
  for (const p of made) same('pool delete', (await api.delete(p.id, account)).id, p.id);
  await throws('pool get after delete', () => api.get(id, account), Cloudflare.NotFoundError, 404, 1001);
  same('monitor delete', (await c.loadBalancers.monitors.delete(monitor, account)).id, monitor);
}

async function settings() {
  const { c, zone, free } = world;
  const api = c.zones.settings;
  const told = await api.get('always_use_https', zone);
  same('setting get', told, { id: 'always_use_https', value: 'off', modified_on: null, editable: true });
  const header = { enabled: true, max_age: 86400, include_subdomains: true, preload: false, nosniff: true };
  for (const [id, value] of [['always_use_https', 'on'], ['browser_cache_ttl', 7200], ['min_tls_version', '1.2'],
    ['security_header', { strict_transport_security: header }]]) {
    const edited = await api.edit(id, { ...zone, value });
    check(`setting edit: ${id}`, isDeepStrictEqual(edited.value, value) && edited.modified_on, edited);
    same(`setting keeps it: ${id}`, await api.get(id, zone), edited);
  }
  await throws('setting edit: a wrong value', () => api.edit('always_use_https', { ...zone, value: 'maybe' }), Cloudflare.BadRequestError, 400, 1007);
  await throws('setting get: unknown', () => api.get('no_such_setting', zone), Cloudflare.BadRequestError, 400, 1003);
  await throws('setting edit: not in the plan', () => api.edit('webp', { ...free, value: 'on' }), Cloudflare.BadRequestError, 400, 1015);
  same('a setting of another zone is its own', (await api.get('always_use_https', free)).value, 'off');
  const many = (await c.get(`/zones/${zone.zone_id}/settings`)).result;
  same('settings list', many.filter((s) => ['always_use_https', 'browser_cache_ttl'].includes(s.id)).map((s) => s.value), ['on', 7200]);
  const items = [{ id: 'ipv6', value: 'off' }, { id: 'brotli', value: 'off' }];
  const done = (await c.patch(`/zones/${zone.zone_id}/settings`, { body: { items } })).result;
  same('settings in bulk', done.map((s) => `${s.id} ${s.value}`).sort(), ['brotli off', 'ipv6 off']);
}

run([makeWorld, zones, dnsRecords, dnsBatch, dnsFiles, kvNamespaces, kvValues, kvBulk, monitors, pools, settings]);
