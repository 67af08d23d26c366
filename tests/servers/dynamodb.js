// SPDX-License-Identifier: Apache-2.0
// dynamodb.js: a DynamoDB server in memory; prints its port once it listens.
'use strict';

const server = require('dynalite')({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
