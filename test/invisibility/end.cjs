'use strict';
// end.cjs NAME: runs one of the programs that end by themselves or die.
void require('./observations/endings.cjs')[process.argv[2]].run();
