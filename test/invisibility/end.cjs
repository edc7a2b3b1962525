'use strict';
// end.cjs NAME: runs one of the programs that end by themselves or die.
void require('./endings/index.cjs')[process.argv[2]].run();
