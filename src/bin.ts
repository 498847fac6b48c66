#!/usr/bin/env node
import { keepCompiledCode } from './cli/compile-cache.js';
import { main } from './cli/main.js';

keepCompiledCode();
process.exitCode = await main(process.argv.slice(2));
