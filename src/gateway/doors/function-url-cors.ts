type Headers = Readonly<Record<string, string>>;

/** The CORS configuration of a function URL. Lists may hold `*`. */
export interface CorsRules {
  readonly allowCredentials?: boolean;
  readonly allowHeaders?: readonly string[];
  readonly allowMethods?: readonly string[];
  readonly allowOrigins?: readonly string[];
  readonly exposeHeaders?: readonly string[];
  /** Seconds. */
  readonly maxAge?: number;
}

/** Whether a browser asks what a page may do; it then sends no credentials. */
export function isPreflight(method: string, headers: Headers): boolean {
  return method === 'OPTIONS' && headers['origin'] !== undefined && headers['access-control-request-method'] !== undefined;
}

/** What the answer to a preflight says; nothing to a page of an origin that is not allowed. */
export function preflightHeaders(rules: CorsRules, headers: Headers): Headers {
  const shared = sharingHeaders(rules, headers);
  if (shared['Access-Control-Allow-Origin'] === undefined) return shared;
  const { allowMethods = [], allowHeaders = [], maxAge } = rules;
  return {
    ...shared,
    ...listed('Access-Control-Allow-Methods', allowMethods, rules, headers['access-control-request-method']),
    ...listed('Access-Control-Allow-Headers', allowHeaders, rules, headers['access-control-request-headers']),
    ...(maxAge !== undefined && { 'Access-Control-Max-Age': String(maxAge) }),
  };
}

/** What every answer says to a page of an allowed origin. */
export function sharingHeaders(rules: CorsRules, headers: Headers): Headers {
  const origin = headers['origin'];
  if (origin === undefined || !allowsOrigin(rules, origin)) return {};
  const anybody = rules.allowOrigins?.includes('*') === true && rules.allowCredentials !== true;
  const { exposeHeaders = [] } = rules;
  return {
    'Access-Control-Allow-Origin': anybody ? '*' : origin,
    ...(!anybody && { Vary: 'Origin' }),
    ...(rules.allowCredentials === true && { 'Access-Control-Allow-Credentials': 'true' }),
    ...(exposeHeaders.length > 0 && { 'Access-Control-Expose-Headers': exposeHeaders.join(',') }),
  };
}

export function allowsOrigin({ allowOrigins = [] }: CorsRules, origin: string): boolean {
  return allowOrigins.some((allowed) => allowed === '*' || allowed.toLowerCase() === origin.toLowerCase());
}

/** Beside credentials a star stands for itself, so what was asked for is named. */
function listed(name: string, values: readonly string[], rules: CorsRules, asked: string | undefined): Headers {
  if (values.length === 0) return {};
  const star = values.includes('*') && rules.allowCredentials === true;
  const text = star ? asked : values.join(',');
  return text === undefined ? {} : { [name]: text };
}
