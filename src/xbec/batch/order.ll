; The lines of consignments in canonical order, those of a consignment standing together.
;
; "table" holds, in order: the consignment by row, how many keys a row has and up to how many lines are put in order
; here, the result (rows in their order), what was found (1 where any row moved; the lines of the largest consignment),
; and the keys by row, one column after another. Lines of larger consignments stay as they are.

define void @arrange(i64 %start, i64 %stop, ptr %table) {
first:
  %run = load ptr, ptr %table
  %q1 = getelementptr ptr, ptr %table, i64 1
  %size = load ptr, ptr %q1
  %many = load i64, ptr %size
  %s1 = getelementptr i64, ptr %size, i64 1
  %few = load i64, ptr %s1
  %q2 = getelementptr ptr, ptr %table, i64 2
  %order = load ptr, ptr %q2
  %q3 = getelementptr ptr, ptr %table, i64 3
  %found = load ptr, ptr %q3
  %longest_at = getelementptr i64, ptr %found, i64 1
  %keys = getelementptr ptr, ptr %table, i64 4
  br label %begin
begin:
  %from = phi i64 [ %start, %first ], [ %to, %finished ]
  %at_run = getelementptr i32, ptr %run, i64 %from
  %number = load i32, ptr %at_run
  br label %look
look:
  %last = phi i64 [ %from, %begin ], [ %to, %same ]
  %to = add i64 %last, 1
  %inside = icmp slt i64 %to, %stop
  br i1 %inside, label %same, label %cut
same:
  %at_following = getelementptr i32, ptr %run, i64 %to
  %following = load i32, ptr %at_following
  %alike = icmp eq i32 %following, %number
  br i1 %alike, label %look, label %cut
cut:
  %lines = sub i64 %to, %from
  %longest = load i64, ptr %longest_at
  %longer = call i64 @llvm.smax.i64(i64 %lines, i64 %longest)
  store i64 %longer, ptr %longest_at
  %is_long = icmp sgt i64 %lines, %few
  br label %line
line:
  %row = phi i64 [ %from, %cut ], [ %next, %put ]
  br i1 %is_long, label %put, label %earlier
earlier:
  %place = phi i64 [ %row, %line ], [ %before, %shift ]
  %is_first = icmp eq i64 %place, %from
  br i1 %is_first, label %put, label %compare
compare:
  %before = sub i64 %place, 1
  %at_before = getelementptr i32, ptr %order, i64 %before
  %other = load i32, ptr %at_before
  %other_row = zext i32 %other to i64
  br label %key
key:
  %n = phi i64 [ 0, %compare ], [ %n_next, %equal ]
  %at_key = getelementptr ptr, ptr %keys, i64 %n
  %column = load ptr, ptr %at_key
  %at_one = getelementptr i64, ptr %column, i64 %row
  %one = load i64, ptr %at_one
  %at_two = getelementptr i64, ptr %column, i64 %other_row
  %two = load i64, ptr %at_two
  %is_after = icmp sgt i64 %two, %one
  br i1 %is_after, label %shift, label %not_after
not_after:
  %is_before = icmp slt i64 %two, %one
  br i1 %is_before, label %put, label %equal
equal:
  %n_next = add i64 %n, 1
  %n_more = icmp slt i64 %n_next, %many
  br i1 %n_more, label %key, label %put
shift:
  %at_place = getelementptr i32, ptr %order, i64 %place
  store i32 %other, ptr %at_place
  store i64 1, ptr %found
  br label %earlier
put:
  %spot = phi i64 [ %row, %line ], [ %place, %earlier ], [ %place, %not_after ], [ %place, %equal ]
  %at_spot = getelementptr i32, ptr %order, i64 %spot
  %narrow = trunc i64 %row to i32
  store i32 %narrow, ptr %at_spot
  %next = add i64 %row, 1
  %more_lines = icmp slt i64 %next, %to
  br i1 %more_lines, label %line, label %finished
finished:
  %more = icmp slt i64 %to, %stop
  br i1 %more, label %begin, label %done
done:
  ret void
}

declare i64 @llvm.smax.i64(i64, i64)
