// How large the screen of a shell may be: as LARGEST_SCREEN of clusters/kube/channels.py has it.

const LARGEST = 500; // columns and rows

/** That many columns or rows, or the nearest number that a screen may have. */
export const withinScreen = (cells) => Math.max(1, Math.min(cells, LARGEST));
