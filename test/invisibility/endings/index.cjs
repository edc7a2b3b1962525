'use strict';
// Programs that end by themselves or die: each runs in a process of its own, and its exit code and output are the observation.
// `flags` are those of Node.js.
module.exports = { ...require('./throwing.cjs'), ...require('./rejecting.cjs'), ...require('./ending.cjs') };
