// What every page has: ages that tick, menus, colours, keys and the palette.

import "./ages.js";
import "./menus.js";
import "./look.js";
import "./keyboard.js";
import "./palette.js";
