/** Log out is not part of the page; marked forms are for archived events. */
const LIVE = /\bdata-live-form\b|\baction="\/logout"/;

/**
 * Makes a page whose forms cannot change anything: the browser disables everything in a disabled field set. Search forms stay as they are.
 * Linear in the length of the page.
 */
export function disableForms(html: string): string {
  const parts = html.split(/(<form\b[^>]*>|<\/form>)/);
  let isOff = false;
  return parts
    .map((part) => {
      if (part === '</form>') {
        const end = isOff ? '</fieldset></form>' : part;
        isOff = false;
        return end;
      }
      if (!part.startsWith('<form')) return part;
      isOff = /\bmethod="post"/i.test(part) && !LIVE.test(part);
      return isOff ? `${part}<fieldset class="form-off" disabled>` : part;
    })
    .join('');
}
