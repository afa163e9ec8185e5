// Words that are easy to type in any language: what the person types in place of holding the button.
// They are no secret.

export const kActWords = [
  "amber", "anchor", "apple", "april", "bamboo", "banana", "basket", "beach", "bottle", "bridge", "butter", "candle",
  "carpet", "castle", "cherry", "circle", "copper", "coral", "cotton", "cousin", "desert", "dragon", "eagle", "empire",
  "fabric", "falcon", "family", "feather", "forest", "garden", "ginger", "guitar", "hammer", "harbor", "honey", "island",
  "jacket", "jungle", "kettle", "ladder", "lemon", "lion", "magnet", "mango", "maple", "marble", "meadow", "melon",
  "mirror", "monkey", "museum", "needle", "ocean", "olive", "orange", "paper", "pepper", "pillow", "planet", "pocket",
  "potato", "radio", "river", "rocket", "saddle", "salmon", "silver", "spider", "summer", "sunset", "table", "temple",
  "tiger", "tomato", "tunnel", "turtle", "velvet", "violin", "walnut", "window",
];
