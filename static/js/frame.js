// What every page has: ages that tick, menus, colours, keys, the palette and how terminals look.

import "./ages.js";
import "./menus.js";
import "./look.js";
import "./keyboard.js";
import "./palette.js";
import "./terminal-menu.js";
