// The syntax of CEL (github.com/google/cel-spec, doc/langdef.md) with the syntax of optionals: `a.?b`, `a[?b]`, `[?a]`, `{?a: b}`.
// Names of tokens and the order of alternatives show in the messages of syntax errors, so they are those of the reference parser.
grammar Cel;

whole : expr EOF ;

expr : condition=or (QUESTIONMARK yes=or COLON no=expr)? ;

or : and (LOGICAL_OR and)* ;

and : relation (LOGICAL_AND relation)* ;

relation
  : sum
  | relation op=(LESS | LESS_EQUALS | GREATER_EQUALS | GREATER | EQUALS | NOT_EQUALS | IN) relation
  ;

sum
  : unary
  | sum op=(STAR | SLASH | PERCENT) sum
  | sum op=(PLUS | MINUS) sum
  ;

unary
  : member           # Plain
  | EXCLAM+ member   # Not
  | MINUS+ member    # Negative
  ;

member
  : primary                                                         # Base
  | member DOT opt=QUESTIONMARK? name                               # Select
  | member DOT id=IDENTIFIER open=LPAREN args=exprList? RPAREN      # MemberCall
  | member open=LBRACKET opt=QUESTIONMARK? index=expr RPRACKET      # Index
  ;

primary
  : dot=DOT? id=IDENTIFIER                                          # Ident
  | dot=DOT? id=IDENTIFIER (open=LPAREN args=exprList? RPAREN)      # GlobalCall
  | LPAREN expr RPAREN                                              # Nested
  | open=LBRACKET elements? COMMA? RPRACKET                         # List
  | open=LBRACE entries? COMMA? RBRACE                              # Map
  | dot=DOT? ids+=IDENTIFIER (DOT ids+=IDENTIFIER)* open=LBRACE fields? COMMA? RBRACE   # Message
  | literal                                                         # Constant
  ;

exprList : expr (COMMA expr)* ;

elements : optionalExpr (COMMA optionalExpr)* ;

fields : names+=fieldName colons+=COLON values+=expr (COMMA names+=fieldName colons+=COLON values+=expr)* ;

fieldName : opt=QUESTIONMARK? name ;

entries : keys+=optionalExpr colons+=COLON values+=expr (COMMA keys+=optionalExpr colons+=COLON values+=expr)* ;

name
  : IDENTIFIER       # SimpleName
  | ESC_IDENTIFIER   # EscapedName
  ;

optionalExpr : opt=QUESTIONMARK? expr ;

literal
  : sign=MINUS? tok=NUM_INT     # Int
  | tok=NUM_UINT                # Uint
  | sign=MINUS? tok=NUM_FLOAT   # Double
  | tok=STRING                  # String
  | tok=BYTES                   # Bytes
  | tok=CEL_TRUE                # True
  | tok=CEL_FALSE               # False
  | tok=NUL                     # Null
  ;

EQUALS : '==';
NOT_EQUALS : '!=';
IN : 'in';
LESS : '<';
LESS_EQUALS : '<=';
GREATER_EQUALS : '>=';
GREATER : '>';
LOGICAL_AND : '&&';
LOGICAL_OR : '||';
LBRACKET : '[';
RPRACKET : ']';
LBRACE : '{';
RBRACE : '}';
LPAREN : '(';
RPAREN : ')';
DOT : '.';
COMMA : ',';
MINUS : '-';
EXCLAM : '!';
QUESTIONMARK : '?';
COLON : ':';
PLUS : '+';
STAR : '*';
SLASH : '/';
PERCENT : '%';
CEL_TRUE : 'true';
CEL_FALSE : 'false';
NUL : 'null';

fragment LETTER : [A-Za-z] ;
fragment DIGIT : [0-9] ;
fragment EXPONENT : [eE] [+-]? DIGIT+ ;
fragment HEXDIGIT : [0-9a-fA-F] ;
fragment RAW : [rR] ;
fragment ESCAPE
  : '\\' [abfnrtv"'\\?`]
  | '\\' [xX] HEXDIGIT HEXDIGIT
  | '\\' 'u' HEXDIGIT HEXDIGIT HEXDIGIT HEXDIGIT
  | '\\' 'U' HEXDIGIT HEXDIGIT HEXDIGIT HEXDIGIT HEXDIGIT HEXDIGIT HEXDIGIT HEXDIGIT
  | '\\' [0-3] [0-7] [0-7]
  ;

WHITESPACE : [\t \r\n\u000C]+ -> channel(HIDDEN) ;
COMMENT : '//' ~'\n'* -> channel(HIDDEN) ;

NUM_FLOAT
  : DIGIT+ '.' DIGIT+ EXPONENT?
  | DIGIT+ EXPONENT
  | '.' DIGIT+ EXPONENT?
  ;

NUM_INT : DIGIT+ | '0x' HEXDIGIT+ ;

NUM_UINT
  : DIGIT+ [uU]
  | '0x' HEXDIGIT+ [uU]
  ;

STRING
  : '"' (ESCAPE | ~[\\"\n\r])* '"'
  | '\'' (ESCAPE | ~[\\'\n\r])* '\''
  | '"""' (ESCAPE | ~[\\])*? '"""'
  | '\'\'\'' (ESCAPE | ~[\\])*? '\'\'\''
  | RAW '"' ~["\n\r]* '"'
  | RAW '\'' ~['\n\r]* '\''
  | RAW '"""' .*? '"""'
  | RAW '\'\'\'' .*? '\'\'\''
  ;

BYTES : [bB] STRING ;

IDENTIFIER : (LETTER | '_') (LETTER | DIGIT | '_')* ;
ESC_IDENTIFIER : '`' (LETTER | DIGIT | [_./\- ])+ '`' ;
