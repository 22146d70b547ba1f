// Import resolver for eslint-plugin-boundaries: TypeScript sources import each other as './file.js'.
// Paths are not checked for existence (tsc does that), so a wrong import is reported before its target is written.
const path = require('node:path');

exports.interfaceVersion = 2;
exports.resolve = (source, file) => {
  if (!source.startsWith('.')) return { found: false };
  return { found: true, path: path.resolve(path.dirname(file), source).replace(/\.js$/, '.ts') };
};
