// What open-graph-scraper reads off a page: node open_graph.mjs FILE prints its result as JSON.
import {readFileSync} from "node:fs";
import scrape from "open-graph-scraper";

const {error, result} = await scrape({html: readFileSync(process.argv[2], "utf8")});
if (error) throw new Error(JSON.stringify(result));
console.log(JSON.stringify(result));
