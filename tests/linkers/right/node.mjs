#!/usr/bin/env node
// Right: a small linker for Node with nothing but fetch. It tells the kinds apart and proves the account, and
// leaves every permission unverified.
const env = process.env
const ends = Date.now() + Math.min(7000, Number(env.MF_DEADLINE_MS ?? 30000) - 2000)
const transient = new Set(['rate_limited', 'service_unavailable', 'network_error', 'bad_response'])
const required = (env.MF_REQUIRED ?? '').split(',').filter(Boolean)
let token = '', account = '', kind = ''

class Refused extends Error {
  constructor(reason, stage, message, hint = null) {
    super(message)
    Object.assign(this, { reason, stage, hint })
  }
}

const sleep = (ms) => new Promise((done) => setTimeout(done, ms))

// The body as text, at most 256 KiB of it.
async function bodyOf(response) {
  const pieces = []
  let size = 0
  for await (const piece of response.body ?? []) {
    pieces.push(piece)
    size += piece.length
    if (size > 1 << 18) throw new Refused('bad_response', 'verify', 'The answer has no end.')
  }
  return Buffer.concat(pieces).toString('utf8')
}

async function once(path) {
  const response = await fetch(env.MF_BASE_URL + path, {
    headers: { Authorization: `Bearer ${token}`, 'User-Agent': 'node-linker/1' },
    redirect: 'manual',
    signal: AbortSignal.timeout(Math.max(1, Math.min(3000, ends - Date.now()))),
  })
  const text = await bodyOf(response)
  let json = null
  try { json = JSON.parse(text) } catch { /* then it is none */ }
  if (typeof json?.success !== 'boolean') json = null
  return { status: response.status, headers: response.headers, json, errors: json?.errors ?? [] }
}

function pauseAfter(answer, attempt) {
  const told = answer?.status === 429 ? answer.headers.get('retry-after') : null
  if (!told) return 300 * 2 ** attempt
  return (/^\d+$/.test(told) ? Number(told) * 1000 : Date.parse(told) - Date.now()) + 50
}

async function get(path, stage) {
  for (let attempt = 0; ; attempt++) {
    let answer = null
    try {
      answer = await once(path)
    } catch (e) {
      if (e instanceof Refused) throw e
    }
    const pause = pauseAfter(answer, attempt)
    const passing = !answer || answer.status === 429 || answer.status >= 500
    if (passing && attempt < 2 && pause < 5000 && Date.now() + pause < ends) {
      await sleep(pause)
      continue
    }
    return checked(answer, stage)
  }
}

// The answer, unless it says nothing about the token.
function checked(answer, stage) {
  const no = (reason, message, hint) => { throw new Refused(reason, stage, message, hint) }
  if (!answer) no('network_error', 'The API cannot be reached.')
  if (answer.status === 429) no('rate_limited', 'The API asks to slow down.')
  if (answer.status >= 500) no('service_unavailable', 'The API is out of order.')
  if (answer.status < 400 && !(answer.status === 200 && answer.json)) no('bad_response', 'That was not the API.')
  if (!answer.json) no('service_unavailable', 'The edge blocked the request.', 'edge_blocked')
  const seen = answer.errors.map((e) => /from location: (\S+)/.exec(e.message)?.[1]).find(Boolean)
  if (seen) no('ip_not_allowed', `The token may not be used from the address ${seen}.`, 'ip_address')
  return answer
}

function readInput() {
  token = (env.MF_API_TOKEN ?? '').replace(/^[\s\u200b]+|[\s\u200b]+$/g, '').replace(/^bearer\s+/i, '')
  account = (env.MF_ACCOUNT_ID ?? '').trim().toLowerCase()
  const key = /^[0-9a-f]{37}$/.test(token) || token.startsWith('cfk_')
  if (key) throw new Refused('bad_input', 'input', 'This is a Global API Key, not a token.', 'global_key')
  if (token.startsWith('cfoat_')) throw new Refused('bad_input', 'input', 'This is an OAuth token.', 'oauth_token')
  if (!/^[\w-]+$/.test(token)) throw new Refused('bad_input', 'input', 'This is no API token.', 'malformed')
  if (!/^[0-9a-f]{32}$/.test(account)) throw new Refused('bad_input', 'input', 'An account id is 32 hex digits.')
  if (!['', 'user', 'account'].includes(env.MF_TOKEN_TYPE ?? '')) {
    throw new Refused('bad_input', 'input', 'The kind is user or account.')
  }
}

async function verify() {
  for (kind of env.MF_TOKEN_TYPE ? [env.MF_TOKEN_TYPE] : ['user', 'account']) {
    const root = kind === 'user' ? '/user' : `/accounts/${account}`
    const answer = await get(`${root}/tokens/verify`, 'verify')
    if (answer.status === 200 && answer.json.success) return judge(answer.json.result ?? {})
    if (answer.status === 400) throw new Refused('invalid_token', 'verify', 'The token is malformed.', 'malformed')
    if (answer.status === 403) throw new Refused('account_mismatch', 'verify', 'Not a token of this account.')
  }
  const other = { user: 'cfat_', account: 'cfut_' }[env.MF_TOKEN_TYPE]
  throw new Refused('invalid_token', 'verify', 'The API knows no such user token or account-owned token.',
    other && token.startsWith(other) ? 'other_kind' : null)
}

function judge({ status, not_before: from, expires_on: until }) {
  const no = (reason) => { throw new Refused(reason, 'verify', `The token is not usable: ${reason}.`) }
  if (['disabled', 'expired'].includes(status)) no(`token_${status}`)
  if (status !== 'active') no('invalid_token')
  if (from && Date.parse(from) > Date.now() + 90000) no('token_not_yet_valid')
  if (until && Date.parse(until) < Date.now() - 90000) no('token_expired')
}

async function proveAccount() {
  const own = await get(`/accounts/${account}`, 'account')
  if (own.status === 200) return
  if (own.status === 401 || own.errors.some((e) => e.message === 'Invalid access token')) {
    throw new Refused('invalid_token', 'account', 'The API rejects this token now.')
  }
  if (kind === 'account') return
  const zones = await get(`/zones?account.id=${account}`, 'account')
  if (zones.json.result?.length) return
  const zone = await get(`/zones/${account}`, 'account')
  if (zone.status === 200) throw new Refused('account_mismatch', 'account', 'This is a zone id.', 'zone_id')
  throw new Refused('account_mismatch', 'account', 'The token is good, but not for this account.')
}

async function link() {
  try {
    readInput()
    await verify()
    await proveAccount()
    return { linked: true, reason: 'ok', account_id: account, token_type: kind, unverified: required, message: 'Linked.' }
  } catch (e) {
    if (!(e instanceof Refused)) throw e
    const { reason, stage, hint, message } = e
    return { linked: false, reason, stage, hint, message, retryable: transient.has(reason) }
  }
}

if (process.argv[2] === '--mf-describe') {
  console.log(JSON.stringify({ protocol: 1, name: 'node linker', version: '1', features: ['auto_type'] }))
} else {
  const result = await link()
  console.log(JSON.stringify(result))
  process.exitCode = result.linked ? 0 : transient.has(result.reason) ? 75 : 1
}
