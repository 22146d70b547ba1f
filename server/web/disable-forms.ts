/** Log out is no part of the page, and what is marked is for archived events. */
const LIVE = /\bdata-live-form\b|\baction="\/logout"/;

/**
 * A page in which no form that would change something can be sent: the browser disables whatever stands in a disabled field set. Forms that
 * only look for something stay as they are. Linear in the length of the page.
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
