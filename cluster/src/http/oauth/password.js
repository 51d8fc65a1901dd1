// The code of a one-time link lies in the fragment, which no server is sent. It goes into the form and out of the address.
const code = new URLSearchParams(location.hash.slice(1)).get("code");
const field = document.querySelector("input[name=code]");
if (code && field) {
  field.value = code;
  field.closest("label").hidden = true;
  document.querySelector("input[name=password]").focus();
  history.replaceState(null, "", location.pathname);
} else if (field && field.value) {
  field.closest("label").hidden = true;
}
