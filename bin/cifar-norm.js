#!/usr/bin/env node
// Before anything is loaded: SIGUSR1 must not open the port of a debugger.
process.on('SIGUSR1', () => {});

const { main } = await import('../dist/bundle/main.js');
process.exitCode = await main(process.argv.slice(2));
