// SPDX-License-Identifier: Apache-2.0
// s3.js FOLDER ACCESS_KEY SECRET: an S3 server in FOLDER that knows one key; prints its port once it listens.
'use strict';

const [folder, accessKey, secret] = process.argv.slice(2);
const account = require('s3rver/lib/models/account');
const S3rver = require('s3rver');

account.DUMMY_ACCOUNT.createKeyPair(accessKey, secret);
new S3rver({ directory: folder, address: '127.0.0.1', port: 0, silent: true, vhostBuckets: true, serviceEndpoint: 'localhost' })
  .run()
  .then(({ port }) => console.log(port));
