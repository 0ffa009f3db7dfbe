// Installs what builds the package for VS Code: esbuild and vsce, whose many packages nothing else needs.
import { join } from 'node:path';
import { installPackages, root, setUp } from './system.mjs';

setUp(() => installPackages(join(root, 'tools', 'package')));
