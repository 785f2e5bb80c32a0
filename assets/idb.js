// IndexedDB with promises, for what a page keeps on the device.
export { openDB } from "idb";
