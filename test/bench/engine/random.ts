export { Random } from '../../../src/cli/eval/Random';
