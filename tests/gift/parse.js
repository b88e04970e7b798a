// Reads GIFT from standard input with gift-pegjs and writes what it found as JSON.
const { parse } = require('gift-pegjs');

let text = '';
process.stdin.setEncoding('utf8');
process.stdin.on('data', (part) => { text += part; });
process.stdin.on('end', () => {
  try {
    process.stdout.write(JSON.stringify(parse(text)));
  } catch (error) {
    const at = error.location ? ` in line ${error.location.start.line}` : '';
    process.stderr.write(`${error.message}${at}\n`);
    process.exit(1);
  }
});
