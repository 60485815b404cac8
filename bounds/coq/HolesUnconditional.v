(* The bound where the classes leave holes, with no hypothesis on tails left.

   Of a class, k is the distance to its complement (the class is {k > 0}, of mass q), R ("away")
   the distance to the other classes; both are 1-Lipschitz. The classes cover the mass c = Sum q, so
   that {R > 0}, the complement of the other classes, has mass 1 - c + q. The class contributes
   E[R; k > 0] = sup_n E min(R, n k^+), and
     (1/c) Sum E[R; k > 0] <= (1/c) Sum [ q Phi^{-1}(1 - c + q) + phi(Phi^{-1}(q)) ].
   The layers of min(R, n k^+) have expectation at most min(q, Phi(b - t)), b = Phi^{-1}(1 - c + q):
   at most q by k, at most Phi(b - t) by R and the isoperimetric inequality; with t/L for t and L times
   the bound under a law with the isoperimetric constant L. *)
From Coq Require Import Reals Lra Lia Psatz List.
From Coquelicot Require Import Coquelicot.
From ClassRadius Require Import Gamma Normal Tail TalkTheorem Holes.
From ClassRadius Require Import GaussianExpectation GaussianSpace GaussianIsoperimetry LayerCake.
Open Scope R_scope.

(* E[R; k > 0], from below, R = away. *)
Definition expected_on (d : nat) (k away : space d -> R) : R :=
  real (Sup_seq (fun n => expect d (fun z => Rmin (away z) (INR n * Rmax 0 (k z))))).

Lemma real_sup_le (s : nat -> R) (C : R) : (forall n, s n <= C) ->
  real (Sup_seq (fun n => Finite (s n))) <= C.
Proof.
  intro H. assert (S := Sup_seq_correct (fun n => Finite (s n))).
  destruct (Sup_seq (fun n => Finite (s n))) as [l| |]; simpl in S; simpl.
  - apply le_epsilon. intros e He. destruct (S (mkposreal e He)) as [_ [n Hn]].
    simpl in Hn. specialize (H n). lra.
  - destruct (S C) as [n Hn]. specialize (H n). lra.
  - specialize (S (s 0%nat) 0%nat). lra.
Qed.

(* H(x) = int_0^x min(q, Phi(b - t)) dt, where Phi a = q and a <= b. *)
Definition capped_integral (q a b x : R) : R :=
  q * Rmin x (b - a) + primitive a - primitive (b - Rmax x (b - a)).

Lemma capped_step (q a b x h : R) : a <= b -> 0 <= q -> 0 < h ->
  h * Rmin q (Phi (b - (x + h))) <= capped_integral q a b (x + h) - capped_integral q a b x.
Proof.
  intros L Hq Hh. unfold capped_integral.
  assert (A := Rmin_l q (Phi (b - (x + h)))). assert (B := Rmin_r q (Phi (b - (x + h)))).
  set (T := Rmin q (Phi (b - (x + h)))) in *.
  destruct (Rle_dec (x + h) (b - a)) as [N|N].
  - rewrite !Rmin_left, !Rmax_right by lra. nra.
  - destruct (Rle_dec (b - a) x) as [M|M].
    + rewrite !Rmin_right, !Rmax_left by lra.
      assert (S := primitive_step (b - (x + h)) h ltac:(lra)).
      replace (b - (x + h) + h) with (b - x) in S by ring. nra.
    + rewrite (Rmin_right (x + h)), (Rmax_left (x + h)) by lra.
      rewrite (Rmin_left x), (Rmax_right x) by lra.
      assert (S := primitive_step (b - (x + h)) (x + h - (b - a)) ltac:(lra)).
      replace (b - (x + h) + (x + h - (b - a))) with (b - (b - a)) in S by ring. nra.
Qed.

Lemma capped_integral_0 (q a b : R) : a <= b -> capped_integral q a b 0 = 0.
Proof.
  intro L. unfold capped_integral. rewrite Rmin_left, Rmax_right by lra.
  replace (b - (b - a)) with a by ring. ring.
Qed.

Lemma capped_integral_le (q a b x : R) : 0 <= q -> Phi a = q ->
  capped_integral q a b x <= q * b + phi a.
Proof.
  intros Hq E. unfold capped_integral. assert (P := primitive_pos (b - Rmax x (b - a))).
  assert (M := Rmin_r x (b - a)). unfold primitive at 1. rewrite E. nra.
Qed.

(* The same under any law. *)
Definition law_expected_on (d : nat) (E : (space d -> R) -> R) (k away : space d -> R) : R :=
  real (Sup_seq (fun n => E (fun z => Rmin (away z) (INR n * Rmax 0 (k z))))).

(* One class, under a law with the isoperimetric constant I. *)
Lemma law_on_slope_le (d : nat) (E : (space d -> R) -> R) (I L c : R) (k away : space d -> R)
  (n : nat) : law d E -> 0 < I -> isoperimetric_law d E I ->
  0 <= L -> lipschitz d L k -> lipschitz d 1 away -> (forall z, 0 <= away z) ->
  0 < law_mass d E k < c -> c <= 1 ->
  0 < law_mass d E away <= 1 - c + law_mass d E k ->
  E (fun z => Rmin (away z) (INR n * Rmax 0 (k z))) <= I * holes_term c (law_mass d E k).
Proof.
  intros A HI W HL K F P Hq C1 HR. assert (A' := A). destruct A' as [_ [_ [_ [O _]]]].
  set (q := law_mass d E k) in *. set (a := Phi_inv q). set (b := Phi_inv (1 - c + q)).
  assert (PQ : Phi a = q) by (apply Phi_inv_spec; lra).
  assert (AB : a <= b).
  { destruct (Req_dec c 1) as [->|N].
    - unfold b. replace (1 - 1 + q) with q by ring. unfold a. lra.
    - left. apply Phi_inv_incr; lra. }
  assert (RB : Phi_inv (law_mass d E away) <= b).
  { destruct (Req_dec (law_mass d E away) (1 - c + q)) as [->|N]; [unfold b; lra|].
    left. apply Phi_inv_incr; lra. }
  assert (N := pos_INR n). assert (NL : 0 <= INR n * L) by now apply Rmult_le_pos.
  set (f := fun z => Rmin (away z) (INR n * Rmax 0 (k z))).
  assert (Ff : lipschitz d (1 + INR n * L) f).
  { apply lipschitz_min.
    - apply lipschitz_weaken with (2 := F). lra.
    - apply lipschitz_weaken with (INR n * L); [lra|].
      apply lipschitz_multiple; [exact N|]. now apply lipschitz_positive_part. }
  change (E f <= I * holes_term c q).
  assert (Z : 0 / I = 0) by (unfold Rdiv; ring).
  replace (I * holes_term c q) with (I * (q * b + phi a) - I * capped_integral q a b (0 / I))
    by (rewrite Z, capped_integral_0 by exact AB; unfold holes_term, a, b; ring).
  apply (layer_cake d E (1 + INR n * L) f (fun x => Rmin q (Phi (b - x / I)))
    (fun x => I * capped_integral q a b (x / I)) (I * (q * b + phi a)) A); [lra|exact Ff| | | | |].
  - intro z. apply Rmin_glb; [apply P|]. apply Rmult_le_pos; [exact N|apply Rmax_l].
  - intros m j Hm. assert (M : 0 < INR m) by now apply lt_0_INR.
    assert (T : 0 <= INR j / INR m) by (apply Rle_mult_inv_pos; [apply pos_INR|exact M]).
    assert (Y := layer_lipschitz d (1 + INR n * L) f m j ltac:(lra) Ff). apply Rmin_glb.
    + (* min(1, m (f - t)^+) <= min(1, m n k^+) *)
      apply Rle_trans with (2 := law_slope_le d E L k (m * n) A K).
      refine (O _ _ _ _ Y (lipschitz_ramp d L (m * n) k HL K) _).
      intro z. unfold layer. apply Rle_min_compat_l. rewrite mult_INR, Rmult_assoc.
      apply Rmult_le_compat_l; [lra|]. apply Rmax_lub.
      * apply Rmult_le_pos; [exact N|apply Rmax_l].
      * assert (X := Rmin_r (away z) (INR n * Rmax 0 (k z))). unfold f. lra.
    + (* min(1, m (f - t)^+) <= min(1, m (away - t)^+) *)
      apply Rle_trans with (E (layer d away m j)).
      * refine (O _ _ _ _ Y (layer_lipschitz d 1 away m j Rle_0_1 F) _).
        intro z. unfold layer. apply Rle_min_compat_l, Rmult_le_compat_l; [lra|].
        apply Rle_max_compat_l. assert (X := Rmin_l (away z) (INR n * Rmax 0 (k z))).
        unfold f. lra.
      * apply Rle_trans with (Phi (Phi_inv (law_mass d E away) - INR j / INR m / I)).
        -- apply layer_isoperimetric; [exact A|exact W|exact F|lra|exact Hm].
        -- destruct RB as [RB|RB]; [left; apply Phi_incr; lra|rewrite RB; lra].
  - apply Rle_trans with (1 := Rmin_r _ _). left. apply Phi_lt_1.
  - intros x h _ Hh. assert (H : 0 < h / I) by now apply Rdiv_lt_0_compat.
    assert (S := capped_step q a b (x / I) (h / I) AB ltac:(lra) H).
    replace (x / I + h / I) with ((x + h) / I) in S by (field; lra).
    apply (Rmult_le_compat_l I) in S; [|lra].
    replace (I * (h / I * Rmin q (Phi (b - (x + h) / I)))) with (h * Rmin q (Phi (b - (x + h) / I)))
      in S by (field; lra). lra.
  - intros x _. apply Rmult_le_compat_l; [lra|]. apply capped_integral_le; [lra|exact PQ].
Qed.

Theorem law_expected_on_le (d : nat) (E : (space d -> R) -> R) (I L c : R) (k away : space d -> R) :
  law d E -> 0 < I -> isoperimetric_law d E I ->
  0 <= L -> lipschitz d L k -> lipschitz d 1 away -> (forall z, 0 <= away z) ->
  0 < law_mass d E k < c -> c <= 1 ->
  0 < law_mass d E away <= 1 - c + law_mass d E k ->
  law_expected_on d E k away <= I * holes_term c (law_mass d E k).
Proof.
  intros A HI W HL K F P Hq C1 HR. apply real_sup_le. intro n. now apply law_on_slope_le with L.
Qed.

(* What the distances (k, away) of one class satisfy, when the classes cover the mass c. *)
Definition distances_with_holes (d : nat) (c : R) (k away : space d -> R) : Prop :=
  lipschitz d 1 k /\ lipschitz d 1 away /\ (forall z, 0 <= away z) /\
  0 < mass_positive d k < c /\ mass_positive d away = 1 - c + mass_positive d k.

Definition law_distances_with_holes (d : nat) (E : (space d -> R) -> R) (c : R)
  (k away : space d -> R) : Prop :=
  lipschitz d 1 k /\ lipschitz d 1 away /\ (forall z, 0 <= away z) /\
  0 < law_mass d E k < c /\ law_mass d E away = 1 - c + law_mass d E k.

Theorem law_holes_theorem (d : nat) (E : (space d -> R) -> R) (I c : R)
  (l : list ((space d -> R) * (space d -> R))) : law d E -> 0 < I -> isoperimetric_law d E I ->
  0 < c <= 1 -> (forall e, In e l -> law_distances_with_holes d E c (fst e) (snd e)) ->
  sum (map (fun e => law_mass d E (fst e)) l) = c ->
  sum (map (fun e => law_expected_on d E (fst e) (snd e)) l) / c
    <= I * (sum_of (holes_term c) (map (fun e => law_mass d E (fst e)) l) / c).
Proof.
  intros A HI W C H _. unfold Rdiv. rewrite <- Rmult_assoc.
  apply Rmult_le_compat_r; [left; apply Rinv_0_lt_compat; lra|].
  induction l as [|[k away] l IH]; simpl; [lra|].
  destruct (H (k, away) (or_introl eq_refl)) as [K [F [P [Q1 Q2]]]]. simpl in *.
  assert (B := law_expected_on_le d E I 1 c k away A HI W Rle_0_1 K F P Q1 (proj2 C) ltac:(lra)).
  specialize (IH (fun e M => H e (or_intror M))). lra.
Qed.

(* l lists the pairs (k, away) of the classes. *)
Theorem holes_theorem_unconditional (d : nat) (c : R)
  (l : list ((space d -> R) * (space d -> R))) : 0 < c <= 1 ->
  (forall e, In e l -> distances_with_holes d c (fst e) (snd e)) ->
  sum (map (fun e => mass_positive d (fst e)) l) = c ->
  sum (map (fun e => expected_on d (fst e) (snd e)) l) / c
    <= sum_of (holes_term c) (map (fun e => mass_positive d (fst e)) l) / c.
Proof.
  intros C H S. rewrite <- (Rmult_1_l (sum_of _ _ / c)).
  exact (law_holes_theorem d (expect d) 1 c l (gaussian_law d) Rlt_0_1 (gaussian_isoperimetric d) C H S).
Qed.
