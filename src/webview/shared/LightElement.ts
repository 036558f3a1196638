import { LitElement } from 'lit';

/**
 * A Lit element without a shadow root: the page's few style sheets, the icon font among them, reach all of its parts, and
 * a transcript of thousands of rows does not carry thousands of style scopes.
 */
export class LightElement extends LitElement {
  protected override createRenderRoot(): HTMLElement {
    return this;
  }
}
