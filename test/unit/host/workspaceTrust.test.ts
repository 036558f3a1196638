import { expect, it } from 'vitest';
import { capabilities, contributes } from '../../../package.json';

/** A folder that nobody trusts may switch previews on and off, and nothing else. */
const HARMLESS = ['virtualContext.openFilesOnFault'];

it('lets no folder that is not trusted set what the assistant does', () => {
  const { properties } = contributes.configuration;
  const workspaces = Object.entries(properties)
    .filter(([, property]) => !('scope' in property) || property.scope === 'machine-overridable')
    .map(([key]) => key);
  const { restrictedConfigurations } = capabilities.untrustedWorkspaces;
  expect([...restrictedConfigurations, ...HARMLESS].sort()).toEqual(workspaces.sort());
});
