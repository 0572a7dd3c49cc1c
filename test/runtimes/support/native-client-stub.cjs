'use strict';

// Stands for the native part of AWS's Node.js runtime client, which would need a build: the same three calls over HTTP. Answering
// is synchronous there, so that a process may exit right afterwards.

const { execFileSync } = require('node:child_process');
const http = require('node:http');
const Module = require('node:module');

const BASE = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation`;
const POST = `
  const [url, headers] = JSON.parse(process.argv[1]);
  const body = require('node:fs').readFileSync(0);
  require('node:http').request(url, { method: 'POST', headers }, (response) => response.resume()).end(body);
`;

function post(url, headers, body) {
  if (typeof body !== 'string') throw new TypeError('Wrong arguments');
  execFileSync(process.execPath, ['-e', POST, JSON.stringify([url, headers])], { input: body });
}

const client = {
  next: () =>
    new Promise((resolve, reject) => {
      const request = http.get(`${BASE}/next`, { agent: false }, (response) => {
        let bodyJson = '';
        response.setEncoding('utf8').on('data', (text) => (bodyJson += text));
        response.on('end', () => {
          const headers = { ...response.headers };
          headers['lambda-runtime-deadline-ms'] = Number(headers['lambda-runtime-deadline-ms']);
          resolve({ bodyJson, headers });
        });
      });
      request.on('error', reject);
    }),
  done: (id, body) => post(`${BASE}/${id}/response`, { 'Content-Type': 'application/json' }, body),
  error: (id, body) => post(`${BASE}/${id}/error`, { 'Content-Type': 'application/json' }, body),
};

Module._extensions['.node'] = (module) => {
  module.exports = client;
};
